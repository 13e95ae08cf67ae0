#pragma once

#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <array>
#include <cmath>
#include <ranges>

namespace tests {

/// What stands for a tensor: its sum, its L2 norm, its sum with each element times a number of its
/// own (which tells elements that changed places), and its first, middle and last element.
using Fingerprint = std::array<double, 6>;

template <std::ranges::contiguous_range Values>
Fingerprint fingerprint(const Values& values) {
  constexpr std::uint32_t weights = 99;
  Fingerprint result{};
  double squares = 0.0;
  std::uint32_t position = 0;
  for (const auto element : values) {
    const auto value = static_cast<double>(element);
    result[0] += value;
    squares += value * value;
    result[2] += value * number(weights, position++);
  }
  result[1] = std::sqrt(squares);
  const std::size_t count = std::ranges::size(values);
  const std::array<std::size_t, 3> picked{0, count / 2, count - 1};
  for (std::size_t i = 0; i < picked.size(); ++i) {
    result[3 + i] = static_cast<double>(std::ranges::data(values)[picked[i]]);
  }
  return result;
}

/// The largest difference between the tensor's fingerprint and `expected`, relative to the norm.
template <std::ranges::contiguous_range Values>
double fingerprint_error(const Values& values, const Fingerprint& expected) {
  return largest_difference(fingerprint(values), expected) / expected[1];
}

}  // namespace tests
