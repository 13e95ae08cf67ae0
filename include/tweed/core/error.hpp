#pragma once

#include <tweed/core/namespace.hpp>

#include <stdexcept>
#include <string>

namespace TWEED_NAMESPACE {

/// The one exception tweed throws: a bad file, label, option or batch.
///
/// The message is one line that says what was wrong, where, and what to do. Wrong shapes never get
/// this far: they do not compile.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace TWEED_NAMESPACE
