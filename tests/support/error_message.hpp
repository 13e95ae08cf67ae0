#pragma once

#include <tweed/core/error.hpp>

#include <string>

namespace tests {

/// The message of the tweed::Error that `function` throws; empty if it throws none. A message of
/// more than one line comes back with a complaint in front.
template <class Function>
std::string error_message(Function&& function) {
  try {
    function();
  } catch (const tweed::Error& error) {
    const std::string message = error.what();
    return message.find('\n') == message.npos ? message : "NOT ONE LINE: " + message;
  }
  return {};
}

}  // namespace tests
