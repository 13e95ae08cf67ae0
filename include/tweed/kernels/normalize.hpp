#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation_pack.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/streaming.hpp>
#include <tweed/kernels/wide_rows.hpp>

#include <algorithm>
#include <cmath>

/// What normalisations have in common: numbers moved to a mean of 0 and a variance of 1, the
/// activation behind them, and their gradients.
namespace TWEED_NAMESPACE::kernels::detail {

/// 1 / sqrt(variance + epsilon)
template <class T>
double inverse_deviation(T variance, double epsilon) {
  return 1.0 / std::sqrt(static_cast<double>(variance) + epsilon);
}

/// y = (x - center) * factor + offset. Far from zero it rounds less than x * factor + offset.
template <class T>
struct Centered {
  T* center;  // all [width] of the rows
  T* factor;
  T* offset;

  EIGEN_ALWAYS_INLINE Pack<T> distance(const Pack<T>& x, Index i, Index lanes) const {
    return x - Pack<T>::load(center + i, lanes);
  }
  EIGEN_ALWAYS_INLINE Pack<T> at(const Pack<T>& distance, Index i, Index lanes) const {
    return multiply_add(distance, Pack<T>::load(factor + i, lanes),
                        Pack<T>::load(offset + i, lanes));
  }
};

template <class T>
Centered<T> take_centered(const WideRows& rows, Scratch& scratch) {
  T* const center = scratch.take<T>(rows.width());
  T* const factor = scratch.take<T>(rows.width());
  return {center, factor, scratch.take<T>(rows.width())};
}

/// y = activation of the normalised x, both of them part of a batch of `all` numbers.
template <class T>
void normalize(const WideRows& rows, const Centered<T>& centered, const T* x, T* y, Index all,
               const Activation& activation, int threads) {
  const bool streams =
      x != y && !activation.is_other() && is_streamed_in_order(y, rows.width(), all);
  const auto normalize_row = [&](Index row) {
    const Index begin = rows.begin(row);
    for_each_pack<T>(rows.size(row), [&](Index i, Index lanes) {
      prefetch_ahead(x + begin + i);
      const auto d = centered.distance(Pack<T>::load(x + begin + i, lanes), i, lanes);
      rectified(centered.at(d, i, lanes), activation.is_relu())
          .store_or_stream(y + begin + i, lanes, streams);
    });
    apply_other(activation, y + begin, rows.size(row));
  };
  for_each_row(rows, threads, normalize_row, FinishStream{streams});
}

template <class T>
EIGEN_ALWAYS_INLINE void add_to(T* sum, const Pack<T>& value, Index lanes) {
  (Pack<T>::load(sum, lanes) + value).store(sum, lanes);
}

/// What arrives behind an activation that is not done in registers, `to` [count]: what went into it
/// is computed again. x and dy are a piece of a row, `first` is its place there.
template <class T, class Normalizer>
[[gnu::noinline]] void arriving_behind_other(const Normalizer& normalizer, const Activation& f,
                                             const T* x, const T* dy, Index first, Index count,
                                             T* to) {
  for_each_pack<T>(count, [&](Index i, Index lanes) {
    const auto d = normalizer.distance(Pack<T>::load(x + i, lanes), first + i, lanes);
    normalizer.at(d, first + i, lanes).store(to + i, lanes);
  });
  const auto& loops = f.function->template loops<T>();
  if (f.known_by_output) loops.value(f, to, to, count, false);
  loops.gradient(f, to, dy, to, count, false);
}

/// What a number's gradient is made of: its distance from the center, and what arrives behind the
/// activation. A normalizer has the `distance` and `at` of `Centered`.
template <class T, class Normalizer = Centered<T>>
struct ArrivingGradient {
  Normalizer normalizer;
  const T* x;
  const T* dy;
  const Activation& activation;

  /// Calls `body(i, lanes, distance, gradient)` for [0, size) of a row.
  template <class Body>
  EIGEN_ALWAYS_INLINE void for_each_pack_of(Index begin, Index size, const Body& body) const {
    constexpr Index piece = 256;
    T aside[piece];
    for (Index first = 0; first < size; first += piece) {
      const Index count = std::min(piece, size - first);
      const T* const from = x + begin + first;
      const T* gradients = dy + begin + first;
      if (activation.is_other()) {
        // A copy, whose address nobody else knows, can stay in registers.
        arriving_behind_other(Normalizer(normalizer), activation, from, gradients, first, count,
                              aside);
        gradients = aside;
      }
      const bool has_relu = activation.is_relu();
      for_each_pack<T>(count, [&](Index i, Index lanes) {
        const auto d = normalizer.distance(Pack<T>::load(from + i, lanes), first + i, lanes);
        const auto g = Pack<T>::load(gradients + i, lanes);
        body(first + i, lanes, d,
             has_relu ? where_positive(normalizer.at(d, first + i, lanes), g) : g);
      });
    }
  }
};

/// dx = factor * g + slope * distance + constant, [width] each.
template <class T>
struct InputGradient {
  T* slope;
  T* constant;
};

/// dx of the gradients that arrive, part of a batch of `all` numbers.
template <class T>
void apply_gradient(const WideRows& rows, const ArrivingGradient<T>& arriving,
                    const InputGradient<T>& by, T* dx, Index all, int threads) {
  const bool streams = dx != arriving.dy && is_streamed_in_order(dx, rows.width(), all);
  const auto apply_to_row = [&](Index row) {
    const Index begin = rows.begin(row);
    arriving.for_each_pack_of(
        begin, rows.size(row),
        [&](Index i, Index lanes, const Pack<T>& distance, const Pack<T>& g) {
          const auto rest = multiply_add(distance, Pack<T>::load(by.slope + i, lanes),
                                         Pack<T>::load(by.constant + i, lanes));
          const auto factor = Pack<T>::load(arriving.normalizer.factor + i, lanes);
          multiply_add(g, factor, rest).store_or_stream(dx + begin + i, lanes, streams);
        });
  };
  for_each_row(rows, threads, apply_to_row, FinishStream{streams});
}

}  // namespace TWEED_NAMESPACE::kernels::detail
