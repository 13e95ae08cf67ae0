#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/max_pool_gradient.hpp>
#include <tweed/kernels/pool_window.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// The largest of one output pixel's inputs and the tap it came from.
template <class T>
struct Largest {
  Pack<T> value;
  Pack<T> tap;

  // Copied part by part: gcc would copy the whole through memory, and each comparison wait for it.
  EIGEN_ALWAYS_INLINE Largest(const Pack<T>& value_, const Pack<T>& tap_)
      : value(value_), tap(tap_) {}
  EIGEN_ALWAYS_INLINE Largest(const Largest& other) : value(other.value), tap(other.tap) {}
  EIGEN_ALWAYS_INLINE Largest& operator=(const Largest& other) {
    value = other.value;
    tap = other.tap;
    return *this;
  }
  ~Largest() = default;
};

/// The first of equals stays, a NaN wins.
template <class T>
EIGEN_ALWAYS_INLINE Largest<T> larger(const Largest<T>& first, const Largest<T>& second) {
  const auto wins = either(less(first.value, second.value), is_nan(second.value));
  return {select(wins, second.value, first.value), select(wins, second.tap, first.tap)};
}

template <bool two_by_two, class T>
EIGEN_ALWAYS_INLINE Largest<T> largest_of(const WindowPart& part, Index channels, const T* x,
                                          Index lanes) {
  const auto at = [&](Index input, const Pack<T>& tap) {
    return Largest<T>{Pack<T>::load(x + input, lanes), tap};
  };
  if constexpr (two_by_two) {  // two comparisons need not wait for each other
    const auto pair = [&](Index input, T tap) {
      return larger(at(input, Pack<T>::broadcast(tap)),
                    at(input + channels, Pack<T>::broadcast(tap + T{1})));
    };
    const Index below = part.first_input + 2 * channels + part.input_step;
    return larger(pair(part.first_input, T{0}), pair(below, T{2}));
  }
  if (part.is_3x3()) {  // nor need rows wait for each other
    const auto row = [&](Index input, T tap) {
      const auto two = larger(at(input, Pack<T>::broadcast(tap)),
                              at(input + channels, Pack<T>::broadcast(tap + T{1})));
      return larger(two, at(input + 2 * channels, Pack<T>::broadcast(tap + T{2})));
    };
    const Index step = 3 * channels + part.input_step;
    const auto upper = larger(row(part.first_input, T{0}), row(part.first_input + step, T{3}));
    return larger(upper, row(part.first_input + 2 * step, T{6}));
  }
  auto largest = at(part.first_input, Pack<T>::broadcast(static_cast<T>(part.first_tap)));
  for_each_tap<T>(part, channels, [&](Index input, const Pack<T>& tap) {
    largest = larger(largest, at(input, tap));
  });
  return largest;
}

/// Some channels of an output pixel, and the taps that they come from.
template <bool two_by_two, bool streams, class T, class Tap>
EIGEN_ALWAYS_INLINE void max_pool_lanes(const WindowPart& part, Index channels, const T* x, T* y,
                                        Tap* taps, bool behind_relu, Index lanes) {
  auto largest = largest_of<two_by_two>(part, channels, x, lanes);
  largest.value.store_or_stream(y, lanes, streams);
  if (taps == nullptr) return;
  if (behind_relu) {
    const auto none = Pack<T>::broadcast(static_cast<T>(no_tap<Tap>));
    largest.tap = select(less(Pack<T>::zero(), largest.value), largest.tap, none);
  }
  largest.tap.store_converted(taps, lanes);
}

/// Asks for inputs of the windows below, as many as they share with no window above.
template <class T>
EIGEN_ALWAYS_INLINE void prefetch_next_inputs(const PoolGeometry& g, const WindowPart& part,
                                              const T* x) {
  const Index row_size = g.columns.input * g.channels;
  const T* row = x + part.first_input + part.rows * row_size;
  for (Index i = 0; i < g.rows.stride; ++i, row += row_size) {
    for (Index j = 0; j < g.columns.stride; ++j) prefetch(row + j * g.channels);
  }
}

template <bool two_by_two, bool streams, class T, class Tap>
EIGEN_DONT_INLINE void max_pool_rows_of(const PoolGeometry& g, Index begin, Index end, const T* x,
                                        T* y, Tap* taps, bool behind_relu) {
  const Index row_step = g.columns.output * g.channels;
  for_each_output<two_by_two, T>(
      g, begin, end, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        if constexpr (!two_by_two) prefetch_next_inputs(g, part, x + c);
        if (!streams) prefetch_to_write(y + output + row_step);
        if (taps != nullptr) prefetch_to_write(taps + output + row_step);
        max_pool_lanes<two_by_two, streams>(part, g.channels, x + c, y + output,
                                            taps == nullptr ? nullptr : taps + output, behind_relu,
                                            lanes);
      });
}

}  // namespace detail

/// Rows [begin, end) of y [oh,ow,c] = the largest input of each window of x [h,w,c], past the
/// caches if it `streams`. Where `taps` is given, [oh,ow,c], it tells which one; behind a ReLU only
/// where that lets the gradient pass.
template <bool streams = false, class T, class Tap>
void max_pool_rows(const PoolGeometry& g, Index begin, Index end, const T* x, T* y, Tap* taps,
                   bool behind_relu = false) {
  const auto run = detail::takes_pairs(g) ? detail::max_pool_rows_of<true, streams, T, Tap>
                                          : detail::max_pool_rows_of<false, streams, T, Tap>;
  run(g, begin, end, x, y, taps, behind_relu);
}

/// y [n,oh,ow,c] of x [n,h,w,c]; `taps` [n,oh,ow,c] may be nullptr.
template <class T>
void max_pool(const PoolGeometry& g, Index batch, const T* x, T* y, PoolTap* taps, int threads) {
  const bool streams = is_streamed_in_order(y, g.channels, batch * g.output_size());
  const auto run = streams ? max_pool_rows<true, T, PoolTap> : max_pool_rows<false, T, PoolTap>;
  parallel_for(batch, threads, [&](Index n, int) {
    run(g, 0, g.rows.output, x + n * g.input_size(), y + n * g.output_size(),
        taps == nullptr ? nullptr : taps + n * g.output_size(), false);
    if (streams) simd::finish_stream();
  });
}

/// dx [n,h,w,c] of dy [n,oh,ow,c].
template <class T>
void max_pool_gradient(const PoolGeometry& g, Index batch, const T* dy, const PoolTap* taps, T* dx,
                       int threads) {
  const bool streams = g.channels % line_length<T> == 0 &&
                       is_streamed_in_order(dx, g.channels, batch * g.input_size());
  const auto run = streams ? max_pool_gradient_image<true, T, PoolTap>
                           : max_pool_gradient_image<false, T, PoolTap>;
  parallel_for(batch, threads, [&](Index n, int) {
    run(g, dy + n * g.output_size(), taps + n * g.output_size(), dx + n * g.input_size());
    if (streams) simd::finish_stream();
  });
}

}  // namespace TWEED_NAMESPACE::kernels
