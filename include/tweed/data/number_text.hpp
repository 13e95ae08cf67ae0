#pragma once

#include <tweed/core/namespace.hpp>

#include <charconv>
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace TWEED_NAMESPACE::detail {

/// The finite number that `text` is as a whole, a sign in front or not; otherwise nothing. The
/// nearest value of T, which is 0 for what is closer to 0 than any other.
template <class T>
std::optional<T> number_in(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (rest != end || error == std::errc::invalid_argument || !std::isfinite(value)) return {};
  if (error == std::errc{}) return value;
  // Too large or too small: from_chars does not say which, and leaves the value alone.
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  stream >> value;
  if (!(std::abs(value) < T{1})) return {};
  return value;
}

}  // namespace TWEED_NAMESPACE::detail
