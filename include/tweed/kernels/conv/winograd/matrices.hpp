#pragma once

#include <tweed/core/shape.hpp>

#include <array>

/// Winograd's minimal filtering F(m, 3) by the construction of Toom and Cook: m outputs of a kernel
/// of 3 taps from n = m + 2 products of values at n points, one of them infinity.
namespace TWEED_NAMESPACE::kernels::winograd {

inline constexpr Index taps = 3;

/// Pairs of points +p and -p beside 0 and infinity, chosen for small errors: with 5/8 and 3/2
/// instead of 1 and 2, those of F(4, 3) are half as large.
template <Index m>
inline constexpr std::array<double, (m + taps - 3) / 2> point_pairs{};
template <>
inline constexpr std::array<double, 2> point_pairs<4>{0.625, 1.5};
template <>
inline constexpr std::array<double, 3> point_pairs<6>{1.0, 2.0, 0.5};

/// A matrix of n rows, `length` of whose columns count. Rows 2 j + 1 and 2 j + 2 belong to the
/// points +p and -p: they differ in the sign of their odd columns alone.
template <Index n>
struct Matrix {
  double at[n][n] = {};
};

namespace detail {

template <Index m>
constexpr double point(Index j) {
  if (j == 0) return 0.0;
  const double p = point_pairs<m>[static_cast<std::size_t>((j - 1) / 2)];
  return j % 2 == 1 ? p : -p;
}

/// Coefficients of the product of (x - p) over all points p but number `left_out`.
template <Index m>
constexpr std::array<double, m + taps> product_without(Index left_out) {
  std::array<double, m + taps> coefficients{1.0};
  std::size_t degree = 0;
  for (Index k = 0; k + 1 < m + taps - 1; ++k) {
    if (k == left_out) continue;
    ++degree;
    for (std::size_t i = degree + 1; i-- > 0;) {
      const double below = i > 0 ? coefficients[i - 1] : 0.0;
      coefficients[i] = below - point<m>(k) * (i < degree ? coefficients[i] : 0.0);
    }
  }
  return coefficients;
}

}  // namespace detail

/// Values of a polynomial of `length` coefficients at the points: A, for outputs.
template <Index m>
constexpr Matrix<m + taps - 1> output_matrix() {
  constexpr Index n = m + taps - 1;
  Matrix<n> a;
  for (Index j = 0; j + 1 < n; ++j) {
    double power = 1.0;
    for (Index i = 0; i < m; ++i, power *= detail::point<m>(j)) a.at[j][i] = power;
  }
  a.at[n - 1][m - 1] = 1.0;
  return a;
}

/// The same, each divided by the product of its point's distances to the others: G, for kernels.
template <Index m>
constexpr Matrix<m + taps - 1> kernel_matrix() {
  constexpr Index n = m + taps - 1;
  Matrix<n> g;
  for (Index j = 0; j + 1 < n; ++j) {
    double value = 1.0;
    for (Index k = 0; k + 1 < n; ++k) {
      if (k != j) value /= detail::point<m>(j) - detail::point<m>(k);
    }
    for (Index i = 0; i < taps; ++i, value *= detail::point<m>(j)) g.at[j][i] = value;
  }
  g.at[n - 1][taps - 1] = 1.0;
  return g;
}

/// Coefficients of the polynomials that vanish at all other points: B^T, for inputs.
template <Index m>
constexpr Matrix<m + taps - 1> input_matrix() {
  constexpr Index n = m + taps - 1;
  Matrix<n> b;
  for (Index j = 0; j < n; ++j) {
    const auto coefficients = detail::product_without<m>(j);
    for (Index i = 0; i < n; ++i) b.at[j][i] = coefficients[static_cast<std::size_t>(i)];
  }
  return b;
}

}  // namespace TWEED_NAMESPACE::kernels::winograd
