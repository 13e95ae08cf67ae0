#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ranges>
#include <type_traits>

namespace tests {

/// The largest absolute value.
template <std::ranges::contiguous_range Values>
double largest(const Values& values) {
  double result = 0.0;
  for (const auto value : values) result = std::max(result, std::abs(static_cast<double>(value)));
  return result;
}

/// NaN where one side has a NaN, or where there are more on one side: NaN is below no tolerance.
template <std::ranges::contiguous_range Actual, std::ranges::contiguous_range Expected>
double largest_difference(const Actual& actual, const Expected& expected) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (std::ranges::size(actual) != std::ranges::size(expected)) return nan;
  double result = 0.0;
  for (std::size_t i = 0; i < std::ranges::size(expected); ++i) {
    const double difference = std::abs(static_cast<double>(std::ranges::data(actual)[i]) -
                                       static_cast<double>(std::ranges::data(expected)[i]));
    if (std::isnan(difference)) return nan;
    result = std::max(result, difference);
  }
  return result;
}

/// The largest difference relative to the largest of `expected`; absolute where all of those are 0.
template <std::ranges::contiguous_range Actual, std::ranges::contiguous_range Expected>
double relative_error(const Actual& actual, const Expected& expected) {
  const double scale = largest(expected);
  const double difference = largest_difference(actual, expected);
  return scale > 0.0 ? difference / scale : difference;
}

/// Whether both hold the same numbers to the bit.
template <std::ranges::contiguous_range A, std::ranges::contiguous_range B>
bool same_bits(const A& a, const B& b) {
  using T = std::ranges::range_value_t<A>;
  static_assert(std::is_same_v<T, std::ranges::range_value_t<B>>);
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::ranges::equal(
      a, b, [](T x, T y) { return std::bit_cast<Bits>(x) == std::bit_cast<Bits>(y); });
}

/// What is good enough for sums of some hundred products, relative to the largest result.
template <class T>
inline constexpr double rounding = std::is_same_v<T, float> ? 2e-6 : 1e-14;

}  // namespace tests
