#pragma once

#include <tweed/core/namespace.hpp>

#include <numbers>

/// Sines and cosines of fractions of a turn, at compile time.
namespace TWEED_NAMESPACE::kernels::fft {

namespace detail {

/// Taylor series, to the last bit of a double for |x| <= pi / 4.
constexpr double sine_series(double x) {
  double term = x;
  double sum = x;
  for (int i = 1; i < 12; ++i) sum += term *= -x * x / ((2 * i) * (2 * i + 1));
  return sum;
}

constexpr double cosine_series(double x) {
  double term = 1.0;
  double sum = 1.0;
  for (int i = 1; i < 12; ++i) sum += term *= -x * x / ((2 * i - 1) * (2 * i));
  return sum;
}

}  // namespace detail

/// cos(2 pi k / n)
constexpr double cosine(int k, int n) {
  k = (k % n + n) % n;
  if (2 * k > n) return cosine(n - k, n);
  if (4 * k > n) return -cosine(n - 2 * k, 2 * n);
  const double angle = 2.0 * std::numbers::pi * k / n;
  return 8 * k > n ? detail::sine_series(std::numbers::pi / 2 - angle)
                   : detail::cosine_series(angle);
}

/// sin(2 pi k / n)
constexpr double sine(int k, int n) { return cosine(4 * k - n, 4 * n); }

}  // namespace TWEED_NAMESPACE::kernels::fft
