#pragma once

#include <tweed/core/shape.hpp>

#include <array>
#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE::detail {

/// A part of a message: a text, which must outlive it, or a number.
class TextPart {
 public:
  TextPart(std::string_view text) : kind_(Kind::text), text_(text) {}
  TextPart(const std::string& text) : TextPart(std::string_view(text)) {}
  TextPart(const char* text) : TextPart(std::string_view(text)) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> TextPart(Number number) {
    if constexpr (std::is_floating_point_v<Number>) {
      kind_ = Kind::real;
      real_ = static_cast<double>(number);
    } else {
      kind_ = std::is_signed_v<Number> ? Kind::integer : Kind::natural;
      integer_ = static_cast<long long>(number);
    }
  }

  [[gnu::cold]] void append_to(std::string& joined) const {
    if (kind_ == Kind::text) {
      joined.append(text_);
      return;
    }
    std::array<char, 32> digits;
    char* const to = digits.data();
    if (kind_ == Kind::real) {
      std::snprintf(to, digits.size(), "%g",
                    real_);  // "1e-08", where std::to_string has only zeros
    } else if (kind_ == Kind::integer) {
      std::snprintf(to, digits.size(), "%lld", integer_);
    } else {
      std::snprintf(to, digits.size(), "%llu", static_cast<unsigned long long>(integer_));
    }
    joined.append(to);
  }

 private:
  enum class Kind { text, real, integer, natural };

  Kind kind_;
  std::string_view text_;
  double real_ = 0.0;
  long long integer_ = 0;
};

[[gnu::cold]] inline std::string join(std::initializer_list<TextPart> parts) {
  std::string joined;
  for (const TextPart& part : parts) part.append_to(joined);
  return joined;
}

/// The parts, texts and numbers, one after another. Messages are rare: the compiler need not spend
/// time on their speed.
template <class... Parts>
[[gnu::cold]] std::string text(const Parts&... parts) {
  return join({TextPart(parts)...});
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
[[gnu::cold]] inline std::string in_quotes(std::string_view text) {
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
[[gnu::cold]] inline std::string dims_text(std::span<const Index> dims) {
  std::string result;
  for (const Index dim : dims) {
    if (!result.empty()) result += 'x';
    TextPart(dim).append_to(result);
  }
  return result.empty() ? "scalar" : result;
}

/// 1447946 as "1,447,946".
[[gnu::cold]] inline std::string with_commas(Index number) {
  const std::string digits = std::to_string(number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

/// 5.5 MiB, say.
[[gnu::cold]] inline std::string as_mebibytes(Index bytes) {
  const Index tenths = (bytes * 10 + (1 << 19)) >> 20;
  return text(tenths / 10, ".", tenths % 10, " MiB");
}

}  // namespace TWEED_NAMESPACE::detail
