#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::detail {

/// Bytes of the character that begins the text, 0 where that is not UTF-8: each character has one
/// spelling, the shortest, and surrogates have none (RFC 3629).
constexpr std::size_t utf8_character(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return size;
}

/// Throws Error, which begins with `where`, unless the text is UTF-8: others could not read it.
inline void check_utf8(const std::string& where, std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t size = utf8_character(text.substr(position));
    if (size == 0) {
      const auto byte = static_cast<unsigned char>(text[position]);
      throw Error(where + ": expected UTF-8, found the byte 0x" + hex(byte) + " at position " +
                  std::to_string(position));
    }
    position += size;
  }
}

/// Throws Error, which begins with `where`, unless all keys and values are UTF-8.
inline void check_utf8(const std::string& where,
                       const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata) {
    check_utf8(where + ": a key of the metadata", key);
    check_utf8(where + ": metadata " + in_quotes(key), value);
  }
}

}  // namespace TWEED_NAMESPACE::detail
