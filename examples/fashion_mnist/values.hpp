#pragma once

#include "commands.hpp"

#include <tweed/core/error.hpp>

#include <charconv>
#include <concepts>
#include <cstdlib>
#include <string>

/// Values on the command line, read strictly: whatever is not as expected throws tweed::Error.
namespace fashion_mnist {

[[noreturn]] inline void refuse(const std::string& expected, const std::string& found) {
  throw tweed::Error("expected " + expected + ", found '" + found + "'");
}

inline const std::string& not_empty(const std::string& text) {
  if (text.empty()) refuse("a path", text);
  return text;
}

inline Optimizer optimizer_named(const std::string& text) {
  for (const Optimizer optimizer : {Optimizer::adam, Optimizer::sgd}) {
    if (text == name_of(optimizer)) return optimizer;
  }
  refuse("adam or sgd", text);
}

/// In [low, high]; digits alone.
template <std::integral Number>
Number whole_number(const std::string& text, Number low, Number high) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || number < low || number > high) {
    refuse("a whole number from " + std::to_string(low) + " to " + std::to_string(high), text);
  }
  return number;
}

/// In (0, high].
inline double positive_number(const std::string& text, int high) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  const bool is_number = !text.empty() && rest == text.c_str() + text.size();
  if (!is_number || !(number > 0.0 && number <= high)) {
    refuse("a number above 0 and at most " + std::to_string(high), text);
  }
  return number;
}

}  // namespace fashion_mnist
