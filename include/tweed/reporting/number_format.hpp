#pragma once

#include <tweed/core/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

/// Numbers as people read them. None depends on the locale.
namespace TWEED_NAMESPACE::reporting {

namespace detail {

inline std::string spaces_after(const std::string& text, int width) {
  const auto columns = static_cast<std::size_t>(std::max(width, 0));
  return std::string(columns - std::min(columns, text.size()), ' ');
}

inline std::string two_digits(long long number) {
  std::string text = std::to_string(number);
  return text.insert(0, text.size() < 2 ? 1 : 0, '0');
}

}  // namespace detail

/// 0.27906 as "0.2791" with 4 decimals.
[[gnu::cold]] inline std::string fixed(double number, int decimals) {
  std::array<char, 400> text;  // for the largest number, too
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                          std::chars_format::fixed, decimals);
  return {text.data(), end};
}

/// As short as it can be and still come back the same: "0.001".
[[gnu::cold]] inline std::string shortest(double number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

/// 1234.567 as "1235", 0.0123456 as "0.01235": four digits that count.
[[gnu::cold]] inline std::string significant(double number) {
  if (number == 0.0 || !std::isfinite(number)) return shortest(number);
  const int before = static_cast<int>(std::floor(std::log10(std::abs(number)))) + 1;
  if (before > 12 || before < -4) {
    std::array<char, 32> text;
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                            std::chars_format::scientific, 3);
    return {text.data(), end};
  }
  return fixed(number, std::max(4 - before, 0));
}

/// 0.8998 as "89.98 %" with 2 decimals.
[[gnu::cold]] inline std::string percent(double share, int decimals) {
  return fixed(100.0 * share, decimals) + " %";
}

/// 1447946 as "1,447,946".
[[gnu::cold]] inline std::string grouped(Index number) {
  return tweed::detail::with_commas(number);
}

/// 83 s as "1:23", 3700 s as "1:01:40".
[[gnu::cold]] inline std::string clock_time(double seconds) {
  const auto total = std::llround(seconds);
  std::string text;
  if (total >= 3600) text += std::to_string(total / 3600) + ':';
  const long long minutes = total / 60 % 60;
  text += text.empty() ? std::to_string(minutes) : detail::two_digits(minutes);
  return text + ':' + detail::two_digits(total % 60);
}

/// What a step or a part of it took: in microseconds where the whole step, `of` seconds, is short.
[[gnu::cold]] inline std::string step_time(double seconds, double of, int decimals = 2) {
  if (of < 1e-3) return fixed(1e6 * seconds, 1) + " \u00b5s";
  return fixed(1e3 * seconds, decimals) + " ms";
}

/// `text` and spaces, together `width` columns: the spaces come last, or first.
[[gnu::cold]] inline std::string align_left(const std::string& text, int width) {
  return text + detail::spaces_after(text, width);
}
[[gnu::cold]] inline std::string align_right(const std::string& text, int width) {
  return detail::spaces_after(text, width) + text;
}

}  // namespace TWEED_NAMESPACE::reporting
