#pragma once

#include <tweed/kernels/pool_window.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// The windows that see an input along an axis: neighbours, from `first` on, each of which takes
/// the input for a tap that is a stride below that of the window before.
struct WindowsOfInput {
  Index first;
  Index count;
  Index first_tap;

  constexpr WindowsOfInput(const SlidingAxis& axis, Index input) {
    const Index place = input + axis.before;
    first = place < axis.window ? 0 : (place - axis.window) / axis.stride + 1;
    count = std::max<Index>(0, std::min(axis.output, place / axis.stride + 1) - first);
    first_tap = place - first * axis.stride;
  }
};

/// The windows that see an input.
struct WindowsOfPixel {
  WindowsOfInput rows;
  WindowsOfInput columns;
  Index first_output;  ///< of the first window, and the steps to the next ones
  Index row_step;
  Index column_step;
  Index first_tap;
  Index tap_row_step;  ///< downwards, like the next
  Index tap_column_step;

  constexpr WindowsOfPixel(const PoolGeometry& g, Index row, Index column)
      : rows(g.rows, row),
        columns(g.columns, column),
        first_output((rows.first * g.columns.output + columns.first) * g.channels),
        row_step(g.columns.output * g.channels),
        column_step(g.channels),
        first_tap(rows.first_tap * g.columns.window + columns.first_tap),
        tap_row_step(g.rows.stride * g.columns.window),
        tap_column_step(g.columns.stride) {}
};

/// dx [channels] of an input that windows see in so many `rows` and `columns`, or 0 where that is
/// no constant: the sum, in their order, of the dy of those that took it.
template <Index rows, Index columns, class T, class Tap>
EIGEN_ALWAYS_INLINE void gather_gradient(const WindowsOfPixel& windows, Index channels, const T* dy,
                                         const Tap* taps, T* dx, bool streams) {
  const Index row_count = rows > 0 ? rows : windows.rows.count;
  const Index column_count = columns > 0 ? columns : windows.columns.count;
  for_each_pack<T>(channels, [&](Index c, Index lanes) {
    auto sum = Pack<T>::zero();
    for (Index i = 0; i < row_count; ++i) {
      for (Index j = 0; j < column_count; ++j) {
        const Index at = windows.first_output + i * windows.row_step + j * windows.column_step + c;
        const Index tap =
            windows.first_tap - i * windows.tap_row_step - j * windows.tap_column_step;
        const auto took = equal(Pack<T>::load_converted(taps + at, lanes),
                                Pack<T>::broadcast(static_cast<T>(tap)));
        sum = sum + select(took, Pack<T>::load(dy + at, lanes), Pack<T>::zero());
      }
    }
    sum.store_or_stream(dx + c, lanes, streams);
  });
}

/// Input by input, so that each is written once.
template <class T, class Tap>
EIGEN_DONT_INLINE void gather_gradients(const PoolGeometry& g, const T* dy, const Tap* taps, T* dx,
                                        bool streams) {
  for (Index row = 0; row < g.rows.input; ++row) {
    for (Index column = 0; column < g.columns.input; ++column, dx += g.channels) {
      const WindowsOfPixel windows(g, row, column);
      const auto gather = [&]<Index rows, Index columns>() {
        gather_gradient<rows, columns>(windows, g.channels, dy, taps, dx, streams);
      };
      const bool two_rows = windows.rows.count == 2;
      const bool two_columns = windows.columns.count == 2;
      if ((!two_rows && windows.rows.count != 1) || (!two_columns && windows.columns.count != 1)) {
        gather.template operator()<0, 0>();
      } else if (two_rows) {
        two_columns ? gather.template operator()<2, 2>() : gather.template operator()<2, 1>();
      } else {
        two_columns ? gather.template operator()<1, 2>() : gather.template operator()<1, 1>();
      }
    }
  }
}

/// Some channels of the gradient of an output pixel, handed to the inputs of its window.
template <bool streams, class T, class Tap>
EIGEN_ALWAYS_INLINE void spread_gradient(const WindowPart& part, Index channels, const T* dy,
                                         const Tap* taps, T* dx, bool adds, Index lanes) {
  const auto gradient = Pack<T>::load(dy, lanes);
  const auto tap = Pack<T>::load_converted(taps, lanes);
  for_each_tap<T>(part, channels, [&](Index input, const Pack<T>& this_tap) {
    auto share = select(equal(tap, this_tap), gradient, Pack<T>::zero());
    if (adds) share = share + Pack<T>::load(dx + input, lanes);
    share.store_or_stream(dx + input, lanes, streams);
  });
}

/// Window by window of two by two inputs within the image, most of which no other sees; past the
/// caches where no other sees any.
template <bool streams, class T, class Tap>
EIGEN_DONT_INLINE void spread_gradients(const PoolGeometry& g, const T* dy, const Tap* taps,
                                        T* dx) {
  const bool adds = !streams && !tiles_exactly(g);
  if (adds) std::fill_n(dx, g.input_size(), T{});
  for_each_output<true, T>(
      g, 0, g.rows.output, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        spread_gradient<streams>(part, g.channels, dy + output, taps + output, dx + c, adds, lanes);
      });
}

}  // namespace detail

/// dx [h,w,c] = the sum of the dy [oh,ow,c] that each input was the largest for; past the caches if
/// it `streams`, for which its pixels fill cache lines.
template <bool streams = false, class T, class Tap>
void max_pool_gradient_image(const PoolGeometry& g, const T* dy, const Tap* taps, T* dx) {
  if (!detail::takes_pairs(g)) return detail::gather_gradients(g, dy, taps, dx, streams);
  if (streams && detail::tiles_exactly(g)) {
    return detail::spread_gradients<streams>(g, dy, taps, dx);
  }
  detail::spread_gradients<false>(g, dy, taps, dx);
}

}  // namespace TWEED_NAMESPACE::kernels
