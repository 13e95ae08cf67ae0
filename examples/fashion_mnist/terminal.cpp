#include "terminal.hpp"

#if defined(__unix__) || defined(__APPLE__)

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace fashion_mnist {

namespace {

std::string_view environment(const char* variable) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

std::optional<int> terminal_columns() {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  if (environment("TERM") == "dumb") return {};
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

bool terminal_has_colour() {
  const auto colours = environment("COLORTERM");
  return terminal_columns().has_value() && environment("NO_COLOR").empty() &&
         (colours == "truecolor" || colours == "24bit");
}

}  // namespace fashion_mnist

#else

namespace fashion_mnist {

std::optional<int> terminal_columns() { return {}; }
bool terminal_has_colour() { return false; }

}  // namespace fashion_mnist

#endif
