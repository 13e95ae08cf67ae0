#pragma once

#include <tweed/augment/draws.hpp>

#include <cmath>
#include <numbers>

namespace TWEED_NAMESPACE::detail {

/// The logarithm of a number of the Gamma distribution of that shape (Marsaglia and Tsang, *A
/// Simple Method for Generating Gamma Variables*, 2000). Below a shape of 1 the number itself may
/// be too small for a double.
inline double log_gamma_draw(Draws& draws, double shape) {
  if (shape < 1.0) {
    return log_gamma_draw(draws, shape + 1.0) + std::log(1.0 - draws.uniform()) / shape;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - draws.uniform()));
    const double normal = radius * std::cos(2.0 * std::numbers::pi * draws.uniform());
    const double root = 1.0 + c * normal;
    const double log_uniform = std::log(1.0 - draws.uniform());
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (log_uniform < 0.5 * normal * normal + d - d * v + d * std::log(v)) {
      return std::log(d) + std::log(v);
    }
  }
}

/// A number in [0, 1] of the distribution Beta(alpha, alpha): uniform for 1, near 0 or 1 for small
/// alpha, near 1/2 for large.
inline double beta_draw(Draws& draws, double alpha) {
  if (alpha == 1.0) return draws.uniform();
  const double of_this = log_gamma_draw(draws, alpha);
  const double of_other = log_gamma_draw(draws, alpha);
  return 1.0 / (1.0 + std::exp(of_other - of_this));
}

}  // namespace TWEED_NAMESPACE::detail
