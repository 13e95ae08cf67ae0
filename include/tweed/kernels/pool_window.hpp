#pragma once

#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/pool_geometry.hpp>

namespace TWEED_NAMESPACE::kernels::detail {

/// The part of an output pixel's window that lies inside the image.
struct WindowPart {
  Index first_tap;
  Index tap_step;  ///< from the end of a row of taps to the next
  Index first_input;
  Index input_step;  ///< likewise, in elements
  Index rows;
  Index columns;
  Index padded_taps;  ///< on the image and on zeros around it

  /// Whether it is all of a window of 3x3.
  constexpr bool is_3x3() const {
    return rows == 3 && columns == 3 && first_tap == 0 && tap_step == 0;
  }
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
    return {0, 0, first * g.channels, (g.columns.input - 2) * g.channels, 2, 2, 4};
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
          columns,
          g.rows.padded_taps(row) * g.columns.padded_taps(column)};
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

/// Whether the windows lie side by side and cover every input once.
constexpr bool tiles_exactly(const SlidingAxis& axis) {
  return axis.stride == axis.window && axis.before == 0 && axis.output * axis.stride == axis.input;
}
constexpr bool tiles_exactly(const PoolGeometry& g) {
  return tiles_exactly(g.rows) && tiles_exactly(g.columns);
}

/// Calls `body(window part, output offset, channel, lanes)` for the channels of each output pixel
/// in rows [begin, end), a register at a time.
template <bool two_by_two, class T, class Body>
EIGEN_ALWAYS_INLINE void for_each_output(const PoolGeometry& g, Index begin, Index end,
                                         const Body& body) {
  Index output = begin * g.columns.output * g.channels;
  for (Index row = begin; row < end; ++row) {
    for (Index column = 0; column < g.columns.output; ++column, output += g.channels) {
      const auto part = window_part<two_by_two>(g, row, column);
      for_each_pack<T>(g.channels, [&](Index c, Index lanes) { body(part, output + c, c, lanes); });
    }
  }
}

}  // namespace TWEED_NAMESPACE::kernels::detail
