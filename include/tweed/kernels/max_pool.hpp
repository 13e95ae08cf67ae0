#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/pool_window.hpp>
#include <tweed/kernels/prefetch.hpp>

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
  auto largest = at(part.first_input, Pack<T>::broadcast(static_cast<T>(part.first_tap)));
  for_each_tap<T>(part, channels, [&](Index input, const Pack<T>& tap) {
    largest = larger(largest, at(input, tap));
  });
  return largest;
}

/// Some channels of an output pixel, and the taps that they come from.
template <bool two_by_two, class T, class Tap>
EIGEN_ALWAYS_INLINE void max_pool_lanes(const WindowPart& part, Index channels, const T* x, T* y,
                                        Tap* taps, bool behind_relu, Index lanes) {
  auto largest = largest_of<two_by_two>(part, channels, x, lanes);
  largest.value.store(y, lanes);
  if (taps == nullptr) return;
  if (behind_relu) {
    const auto none = Pack<T>::broadcast(static_cast<T>(no_tap<Tap>));
    largest.tap = select(less(Pack<T>::zero(), largest.value), largest.tap, none);
  }
  largest.tap.store_converted(taps, lanes);
}

/// Some channels of the gradient of an output pixel, handed to the inputs of its window.
template <class T, class Tap>
EIGEN_ALWAYS_INLINE void max_pool_gradient_lanes(const WindowPart& part, Index channels,
                                                 const T* dy, const Tap* taps, T* dx, bool adds,
                                                 Index lanes) {
  const auto gradient = Pack<T>::load(dy, lanes);
  const auto tap = Pack<T>::load_converted(taps, lanes);
  for_each_tap<T>(part, channels, [&](Index input, const Pack<T>& this_tap) {
    auto share = select(equal(tap, this_tap), gradient, Pack<T>::zero());
    if (adds) share = share + Pack<T>::load(dx + input, lanes);
    share.store(dx + input, lanes);
  });
}

template <bool two_by_two, class T, class Tap>
EIGEN_DONT_INLINE void max_pool_rows_of(const PoolGeometry& g, Index begin, Index end, const T* x,
                                        T* y, Tap* taps, bool behind_relu) {
  const Index row_step = g.columns.output * g.channels;
  for_each_output<two_by_two, T>(
      g, begin, end, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        prefetch_to_write(y + output + row_step);
        if (taps != nullptr) prefetch_to_write(taps + output + row_step);
        max_pool_lanes<two_by_two>(part, g.channels, x + c, y + output,
                                   taps == nullptr ? nullptr : taps + output, behind_relu, lanes);
      });
}

template <bool two_by_two, class T, class Tap>
EIGEN_DONT_INLINE void max_pool_gradient_of(const PoolGeometry& g, const T* dy, const Tap* taps,
                                            T* dx) {
  const bool adds = !tiles_exactly(g);
  if (adds) std::fill_n(dx, g.input_size(), T{});
  for_each_output<two_by_two, T>(
      g, 0, g.rows.output, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        max_pool_gradient_lanes(part, g.channels, dy + output, taps + output, dx + c, adds, lanes);
      });
}

}  // namespace detail

/// Rows [begin, end) of y [oh,ow,c] = the largest input of each window of x [h,w,c]. Where `taps`
/// is given, [oh,ow,c], it tells which one; behind a ReLU only where that lets the gradient pass.
template <class T, class Tap>
void max_pool_rows(const PoolGeometry& g, Index begin, Index end, const T* x, T* y, Tap* taps,
                   bool behind_relu = false) {
  detail::takes_pairs(g) ? detail::max_pool_rows_of<true>(g, begin, end, x, y, taps, behind_relu)
                         : detail::max_pool_rows_of<false>(g, begin, end, x, y, taps, behind_relu);
}

/// dx [h,w,c] = the sum of the dy [oh,ow,c] that each input was the largest for.
template <class T, class Tap>
void max_pool_gradient_image(const PoolGeometry& g, const T* dy, const Tap* taps, T* dx) {
  detail::takes_pairs(g) ? detail::max_pool_gradient_of<true>(g, dy, taps, dx)
                         : detail::max_pool_gradient_of<false>(g, dy, taps, dx);
}

/// y [n,oh,ow,c] of x [n,h,w,c]; `taps` [n,oh,ow,c] may be nullptr.
template <class T>
void max_pool(const PoolGeometry& g, Index batch, const T* x, T* y, PoolTap* taps, int threads) {
  parallel_for(batch, threads, [&](Index n, int) {
    max_pool_rows(g, 0, g.rows.output, x + n * g.input_size(), y + n * g.output_size(),
                  taps == nullptr ? nullptr : taps + n * g.output_size());
  });
}

/// dx [n,h,w,c] of dy [n,oh,ow,c].
template <class T>
void max_pool_gradient(const PoolGeometry& g, Index batch, const T* dy, const PoolTap* taps, T* dx,
                       int threads) {
  parallel_for(batch, threads, [&](Index n, int) {
    max_pool_gradient_image(g, dy + n * g.output_size(), taps + n * g.output_size(),
                            dx + n * g.input_size());
  });
}

}  // namespace TWEED_NAMESPACE::kernels
