#pragma once

#include <tweed/core/namespace.hpp>

#include <optional>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#endif

/// The terminal that stdout goes to:
/// - `terminal_columns`: how wide it is; nothing where stdout goes elsewhere, or to a terminal on
///   which nothing can be redrawn
/// - `terminal_has_colour`: whether it says, in $COLORTERM, that it has 24-bit colour, and nobody
///   has set $NO_COLOR
/// On systems other than POSIX there is none.
namespace TWEED_NAMESPACE::reporting {

#if defined(__unix__) || defined(__APPLE__)

namespace detail {

inline std::string_view environment(const char* variable) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace detail

inline std::optional<int> terminal_columns() {
  if (::isatty(STDOUT_FILENO) == 0 || detail::environment("TERM") == "dumb") return {};
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

inline bool terminal_has_colour() {
  const auto colours = detail::environment("COLORTERM");
  return terminal_columns().has_value() && detail::environment("NO_COLOR").empty() &&
         (colours == "truecolor" || colours == "24bit");
}

#else

inline std::optional<int> terminal_columns() { return {}; }
inline bool terminal_has_colour() { return false; }

#endif

}  // namespace TWEED_NAMESPACE::reporting
