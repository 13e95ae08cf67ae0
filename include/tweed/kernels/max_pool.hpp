#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/pool_geometry.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace tweed::kernels {

namespace detail {

/// The part of an output pixel's window that lies inside the image.
struct WindowPart {
  Index first_tap;
  Index tap_step;  ///< from the end of a row of taps to the next
  Index first_input;
  Index input_step;  ///< likewise, in elements
  Index rows;
  Index columns;
};

/// Whether the windows take two inputs each and lie within the image.
constexpr bool takes_pairs(const SlidingAxis& axis) {
  return axis.window == 2 && axis.dilation == 1 && axis.before == 0 &&
         (axis.output - 1) * axis.stride + 2 <= axis.input;
}
constexpr bool takes_pairs(const PoolGeometry& g) {
  return takes_pairs(g.rows) && takes_pairs(g.columns);
}

/// For windows of `two_by_two` within the image, the most common, without divisions.
template <bool two_by_two>
WindowPart window_part(const PoolGeometry& g, Index row, Index column) {
  if constexpr (two_by_two) {
    const Index first = row * g.rows.stride * g.columns.input + column * g.columns.stride;
    return {0, 0, first * g.channels, (g.columns.input - 2) * g.channels, 2, 2};
  }
  const Index i = g.rows.first_tap(row);
  const Index j = g.columns.first_tap(column);
  const Index columns = g.columns.end_tap(column) - j;
  const Index y = row * g.rows.stride - g.rows.before + i;
  const Index x = column * g.columns.stride - g.columns.before + j;
  return {i * g.columns.window + j,
          g.columns.window - columns,
          (y * g.columns.input + x) * g.channels,
          (g.columns.input - columns) * g.channels,
          g.rows.end_tap(row) - i,
          columns};
}

/// Calls `body(input offset, tap)` for every tap of the part, row by row. Taps are numbers of the
/// type T, to live in registers beside the values.
template <class T, class Body>
EIGEN_ALWAYS_INLINE void for_each_tap(const WindowPart& part, Index channels, const Body& body) {
  const auto one = Pack<T>::broadcast(T{1});
  const auto step = Pack<T>::broadcast(static_cast<T>(part.tap_step));
  auto tap = Pack<T>::broadcast(static_cast<T>(part.first_tap));
  Index input = part.first_input;
  const auto row_of_two = [&] {
    body(input, tap);
    body(input + channels, tap + one);
  };
  if (part.rows == 2 && part.columns == 2) {  // without loops
    row_of_two();
    input += 2 * channels + part.input_step;
    tap = tap + one + one + step;
    return row_of_two();
  }
  for (Index i = 0; i < part.rows; ++i, input += part.input_step, tap = tap + step) {
    for (Index j = 0; j < part.columns; ++j, input += channels, tap = tap + one) body(input, tap);
  }
}

/// The largest of one output pixel's inputs and the tap it came from.
template <class T>
struct Largest {
  Pack<T> value;
  Pack<T> tap;
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

/// Whether the windows lie side by side and cover every input once.
constexpr bool tiles_exactly(const SlidingAxis& axis) {
  return axis.stride == axis.window && axis.before == 0 && axis.output * axis.stride == axis.input;
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

/// Calls `body(window part, output offset, channel, lanes)` for the channels of each output pixel
/// in rows [begin, end), a register at a time.
template <bool two_by_two, class T, class Body>
EIGEN_ALWAYS_INLINE void for_each_output(const PoolGeometry& g, Index begin, Index end,
                                         const Body& body) {
  const Index whole = g.channels / Pack<T>::width * Pack<T>::width;
  Index output = begin * g.columns.output * g.channels;
  for (Index row = begin; row < end; ++row) {
    for (Index column = 0; column < g.columns.output; ++column, output += g.channels) {
      const auto part = window_part<two_by_two>(g, row, column);
      for (Index c = 0; c < whole; c += Pack<T>::width) body(part, output + c, c, Pack<T>::width);
      if (whole < g.channels) body(part, output + whole, whole, g.channels - whole);
    }
  }
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
  const bool adds = !tiles_exactly(g.rows) || !tiles_exactly(g.columns);
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

}  // namespace tweed::kernels
