#pragma once

#include <tweed/data/png.hpp>
#include <tweed/reporting/html.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::reporting {

/// RFC 4648, section 4.
[[gnu::cold]] inline std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto three = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < three.size() ? three[j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= three.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

/// A picture that the page carries with it; `alt` is any text. Throws Error as `encode_png`.
[[gnu::cold]] inline std::string html_image(const Image& image, std::string_view alt) {
  return tweed::detail::text("<img src=\"data:image/png;base64,", base64(encode_png(image)),
                             "\" alt=\"", html_text(alt), "\">");
}

}  // namespace TWEED_NAMESPACE::reporting
