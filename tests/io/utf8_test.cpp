#include <tweed/io/utf8.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using tweed::detail::check_utf8;
using tweed::detail::utf8_character;

namespace {

std::string error(std::string_view text) {
  return tests::error_message([&] { check_utf8("here", text); });
}

/// As UTF-8 spells it in `size` bytes, the shortest or not.
std::string spelled(unsigned character, int size) {
  constexpr unsigned first_bytes[]{0, 0, 0xc0, 0xe0, 0xf0};
  if (size == 1) return {static_cast<char>(character)};
  std::string text{static_cast<char>(first_bytes[size] | character >> (6 * (size - 1)))};
  for (int i = size - 2; i >= 0; --i) {
    text += static_cast<char>(0x80 | (character >> (6 * i) & 0x3f));
  }
  return text;
}

}  // namespace

TEST_CASE("a character has one spelling, surrogates and what is above 10ffff have none") {
  int wrong = 0;
  for (unsigned character = 0; character < 0x200000; ++character) {
    const int shortest = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    const bool is_surrogate = character >= 0xd800 && character < 0xe000;
    for (int size = shortest; size <= 4; ++size) {
      const bool is_right = size == shortest && !is_surrogate && character < 0x110000;
      const std::size_t expected = is_right ? static_cast<std::size_t>(size) : 0;
      if (utf8_character(spelled(character, size)) != expected) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("what is not UTF-8 is refused with the byte and its position") {
  CHECK(error("").empty());
  CHECK(error(std::string_view{"a\0\u00fc\u20ac\U0001f600", 11}).empty());
  CHECK(error("\xe2\x82") == "here: expected UTF-8, found the byte 0xe2 at position 0");
  CHECK(error("\u20ac\x80") == "here: expected UTF-8, found the byte 0x80 at position 3");
  CHECK(error("\u00fc\xe2\x82z") == "here: expected UTF-8, found the byte 0xe2 at position 2");
  CHECK(error("gr\xfcn") == "here: expected UTF-8, found the byte 0xfc at position 2");
}
