#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/matmul.hpp>
#include <tweed/kernels/muon_step.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/sum_of_squares.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace TWEED_NAMESPACE::kernels {

/// What `muon` takes of its scratch.
template <class T>
constexpr Index muon_scratch_bytes(Index rows, Index columns, int threads) {
  const Index side = std::min(rows, columns);
  return 2 * Scratch::bytes<T>(rows * columns) + 2 * Scratch::bytes<T>(side * side) +
         threads * matmul_scratch_bytes<T>();
}

namespace detail {

/// The momentum and, in x, the direction that it gives.
template <class T>
void muon_direction(const MuonStep<T>& s, T* x) {
  parallel_ranges(s.rows * s.columns, elementwise_grain, s.threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto kept = broadcast(static_cast<T>(s.momentum));
    const auto rest = broadcast(static_cast<T>(1.0 - s.momentum));
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      const auto gradient = load_part(s.gradients + i, n);
      const auto part = multiply(rest, gradient);
      const auto velocity = multiply_add(kept, load_part(s.velocity + i, n), part);
      store_part(s.velocity + i, velocity, n);
      store_part(x + i, s.nesterov ? multiply_add(kept, velocity, part) : velocity, n);
    }
  });
}

/// to [side,side] = a I + b A + c A A, where to holds A A.
template <class T>
void quintic_factor(const T* gram, Index side, T* to, int threads) {
  constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
  const Index grain = std::max<Index>(elementwise_grain / side, 1);
  parallel_ranges(side, grain, threads, [=](Index begin, Index end) {
    using namespace simd;
    const auto linear = broadcast(static_cast<T>(b)), square = broadcast(static_cast<T>(c));
    for (Index r = begin; r < end; ++r) {
      T* const row = to + r * side;
      for (Index i = 0; i < side; i += width<T>) {
        const Index n = std::min(width<T>, side - i);
        store_part(row + i,
                   multiply_add(square, load_part(row + i, n),
                                multiply(linear, load_part(gram + r * side + i, n))),
                   n);
      }
      row[r] += static_cast<T>(a);
    }
  });
}

/// p = kept p - rate x.
template <class T>
void scaled_difference(T* p, const T* x, Index count, double kept, double rate, int threads) {
  parallel_ranges(count, elementwise_grain, threads, [=](Index begin, Index end) {
    using namespace simd;
    const auto factor = broadcast(static_cast<T>(kept));
    const auto of_x = broadcast(static_cast<T>(-rate));
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      store_part(p + i,
                 multiply_add(of_x, load_part(x + i, n), multiply(factor, load_part(p + i, n))), n);
    }
  });
}

}  // namespace detail

/// Muon's step: the direction of the momentum is made nearly orthogonal, X <- (a I + b A + c A A) X
/// with A = X X^T, or with the products the other way round where the matrix is high.
template <class T>
void muon(const MuonStep<T>& s) {
  Scratch scratch = s.scratch;
  const Index count = s.rows * s.columns;
  const Index side = std::min(s.rows, s.columns);
  T* x = scratch.take<T>(count);
  T* next = scratch.take<T>(count);
  T* const gram = scratch.take<T>(side * side);
  T* const factor = scratch.take<T>(side * side);
  detail::muon_direction(s, x);
  const double norm = std::max(std::sqrt(sum_of_squares(x, count)), s.epsilon);
  detail::scaled_difference(x, x, count, 0.0, -1.0 / norm, s.threads);

  const bool is_wide = s.rows <= s.columns;
  const auto square = row_major<const T>(gram, side, side);
  const auto factors = row_major<const T>(factor, side, side);
  for (Index i = 0; i < s.iterations; ++i) {
    const auto from = row_major<const T>(x, s.rows, s.columns);
    matmul<T>(is_wide ? from : from.transposed(), is_wide ? from.transposed() : from,
              row_major(gram, side, side), Write::replace, scratch, s.threads);
    matmul<T>(square, square, row_major(factor, side, side), Write::replace, scratch, s.threads);
    detail::quintic_factor(gram, side, factor, s.threads);
    matmul<T>(is_wide ? factors : from, is_wide ? from : factors,
              row_major(next, s.rows, s.columns), Write::replace, scratch, s.threads);
    std::swap(x, next);
  }
  detail::scaled_difference(s.parameters, x, count, s.kept, s.learning_rate, s.threads);
}

}  // namespace TWEED_NAMESPACE::kernels
