#pragma once

#include <tweed/core/shape.hpp>

#include <array>

namespace TWEED_NAMESPACE::kernels {

/// Sum of the squares of x [count], with several sums under way so that the compiler can use
/// vectors.
template <class T>
double sum_of_squares(const T* x, Index count) {
  constexpr std::size_t lanes = 16;
  std::array<double, lanes> sums{};
  const Index whole = count - count % Index{lanes};
  for (const T* from = x; from != x + whole; from += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto value = static_cast<double>(from[lane]);
      sums[lane] += value * value;
    }
  }
  double sum = 0.0;
  for (const double lane : sums) sum += lane;
  for (Index i = whole; i < count; ++i)
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

}  // namespace TWEED_NAMESPACE::kernels
