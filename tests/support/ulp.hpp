#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tests {

/// How far a number is from the exact one, in units of the last digit that T has there.
template <class T>
double ulps(T found, long double exact) {
  if (std::isnan(found) != std::isnan(exact)) return std::numeric_limits<double>::infinity();
  if (static_cast<long double>(found) == exact || std::isnan(found)) return 0.0;
  const int exponent = std::max(std::ilogb(exact), std::numeric_limits<T>::min_exponent - 1);
  const long double unit = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits + 1);
  return static_cast<double>(std::abs(static_cast<long double>(found) - exact) / unit);
}

/// Numbers of both signs from `least` to `most`, as many in each octave, and some around 0.
template <class T>
std::vector<T> across_octaves(double least, double most, int an_octave) {
  std::vector<T> numbers{T{0}, -T{0}};
  const double factor = std::exp2(1.0 / an_octave);
  for (double x = least; x <= most; x *= factor) {
    numbers.push_back(static_cast<T>(x));
    numbers.push_back(static_cast<T>(-x));
  }
  return numbers;
}

}  // namespace tests
