#include "terminal.hpp"

#if defined(__unix__) || defined(__APPLE__)

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace fashion_mnist {

std::optional<int> terminal_columns() {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  const char* const kind = std::getenv("TERM");
  if (kind != nullptr && std::string_view{kind} == "dumb") return {};
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

}  // namespace fashion_mnist

#else

namespace fashion_mnist {

std::optional<int> terminal_columns() { return {}; }

}  // namespace fashion_mnist

#endif
