#pragma once

#include <tweed/core/shape.hpp>

#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE::detail {

inline void append(std::string& to, std::string_view part) { to += part; }
template <class Number>
requires std::is_arithmetic_v<Number>
void append(std::string& to, Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    std::array<char, 32> digits;  // "1e-08", where std::to_string has only zeros
    std::snprintf(digits.data(), digits.size(), "%g", static_cast<double>(number));
    to += digits.data();
  } else {
    to += std::to_string(number);
  }
}

/// The parts, texts and numbers, one after another. Messages are rare: the compiler need not spend
/// time on their speed.
template <class... Parts>
[[gnu::cold]] std::string text(const Parts&... parts) {
  std::string joined;
  (append(joined, parts), ...);
  return joined;
}

/// `text` without the byte-order mark that some editors put before UTF-8.
inline std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.substr(text.starts_with(mark) ? mark.size() : 0);
}

/// "0d" for 13.
inline std::string hex(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 15]};
}

/// Text from a file, made safe for a one-line message: quoted, control characters as \xNN, cut
/// after 64 bytes.
inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 64;
  std::string result = "\"";
  for (const char character : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(character);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    result += is_control ? "\\x" + hex(byte) : std::string(1, character);
  }
  return result + (text.size() > longest ? "...\"" : "\"");
}

/// "60000x28x28"; "scalar" where there are no dimensions.
inline std::string dims_text(std::span<const Index> dims) {
  std::string result;
  for (const Index dim : dims) result += text(result.empty() ? "" : "x", dim);
  return result.empty() ? "scalar" : result;
}

}  // namespace TWEED_NAMESPACE::detail
