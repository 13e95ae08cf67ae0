#include "format.hpp"

#include <tweed/model/summary.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace fashion_mnist {

namespace {

std::string spaces_after(const std::string& text, int width) {
  const auto columns = static_cast<std::size_t>(std::max(width, 0));
  return std::string(columns - std::min(columns, text.size()), ' ');
}

}  // namespace

std::string fixed(double number, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << number;
  return text.str();
}

std::string shortest(double number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

std::string percent(double share, int decimals) { return fixed(100.0 * share, decimals) + " %"; }

std::string grouped(tweed::Index number) { return tweed::detail::with_commas(number); }

std::string clock_time(double seconds) {
  const auto total = std::llround(seconds);
  std::ostringstream text;
  text << std::setfill('0');
  if (total >= 3600) text << total / 3600 << ':' << std::setw(2);
  text << total / 60 % 60 << ':' << std::setw(2) << total % 60;
  return text.str();
}

std::string align_left(std::string text, int width) { return text + spaces_after(text, width); }
std::string align_right(std::string text, int width) { return spaces_after(text, width) + text; }

}  // namespace fashion_mnist
