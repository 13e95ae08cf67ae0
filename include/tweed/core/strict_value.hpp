#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

// Values that people write, on a command line or in a file, read strictly: each of these is a
// function from text, which throws Error at whatever is not as expected. Not in <tweed/tweed.hpp>.
namespace TWEED_NAMESPACE::strict {

/// Throws Error: expected "a path", found ''.
[[noreturn, gnu::cold]] inline void refuse(const std::string& expected, const std::string& found) {
  std::string message = "expected ";
  message.append(expected).append(", found '").append(found).append("'");
  throw Error(message);
}

/// "one, two or three"
[[gnu::cold]] inline std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    text += names[i];
  }
  return text;
}

/// The parts of a text between separators, at least one.
[[gnu::cold]] inline std::vector<std::string> parts(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char letter : text) {
    if (letter == separator) {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

/// A whole number in [low, high]: digits alone, and a minus where `low` is below 0.
template <std::integral Number>
struct WholeOf {
  Number low{};
  Number high{};

  Number operator()(const std::string& text) const {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number < low || number > high) {
      refuse(detail::text("a whole number from ", low, " to ", high), text);
    }
    return number;
  }
};
using Whole = WholeOf<Index>;

/// A number between two, which are among them unless it says otherwise.
struct Real {
  Index low = 0;
  Index high = 1;
  bool with_low = true;
  bool with_high = true;

  double operator()(const std::string& text) const {
    double number = 0.0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const auto from = static_cast<double>(low);
    const auto to = static_cast<double>(high);
    const bool is_above = number > from || (with_low && number == from);
    const bool is_below = number < to || (with_high && number == to);
    if (error == std::errc{} && rest == end && is_above && is_below) return number;
    refuse(detail::text(with_low ? "a number from " : "a number above ", low,
                        with_low ? " to " : " and at most ", with_high ? "" : "below ", high),
           text);
  }
};

/// One of some words.
struct OneOf {
  std::vector<std::string> words;

  std::string operator()(const std::string& text) const {
    if (std::ranges::find(words, text) == words.end()) refuse(alternatives(words), text);
    return text;
  }
};

/// A path, which is not empty.
struct Path {
  std::filesystem::path operator()(const std::string& text) const {
    if (text.empty()) refuse("a path", text);
    return text;
  }
};

/// Values with commas between them.
template <class Read>
struct ListOf {
  Read read;

  auto operator()(const std::string& text) const {
    std::vector<decltype(read(text))> values;
    for (const std::string& part : parts(text, ',')) values.push_back(read(part));
    return values;
  }
};
template <class Read>
ListOf(Read) -> ListOf<Read>;

}  // namespace TWEED_NAMESPACE::strict
