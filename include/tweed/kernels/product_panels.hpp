#pragma once

// How a matrix product cuts the columns of B, and lays them out for its tiles.

#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/panel_packing.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/product_tile.hpp>

#include <algorithm>
#include <type_traits>

namespace tweed::kernels {

/// Columns filled up to whole registers.
template <class T>
constexpr Index padded_columns(Index columns) {
  return (columns + simd::width<T> - 1) / simd::width<T> * simd::width<T>;
}

/// Calls `body(vectors, first column, columns)` for panels that together cover the columns: so many
/// registers wide, the last one filled up.
template <class T, class Body>
void for_each_panel(Index columns, const Body& body) {
  constexpr Index width = simd::width<T>;
  for (Index j = 0; j < columns;) {
    const Index left = (columns - j + width - 1) / width;
    const Index vectors = left >= ProductTile<T>::vectors ? ProductTile<T>::vectors
                          : left >= 2                     ? 2
                                                          : 1;
    body(vectors, j, std::min(vectors * width, columns - j));
    j += vectors * width;
  }
}

namespace detail {

/// Calls `body(constant)` with the number of registers of a panel.
template <class T, class Body>
void with_vectors(Index vectors, const Body& body) {
  if (vectors == 1) return body(std::integral_constant<Index, 1>{});
  if (vectors == 2) return body(std::integral_constant<Index, 2>{});
  body(std::integral_constant<Index, ProductTile<T>::vectors>{});
}

/// A tile of the first `height` rows, of those that there are; where it is narrower than its panel,
/// it is computed aside.
template <Index height, class A, class T>
EIGEN_DONT_INLINE void multiply_tile_of(const A& a, Index begin, Index end,
                                        const PanelOperand<T>& b, const TileTarget<T>& c) {
  constexpr Index width = ProductTile<T>::columns;
  const auto multiply = [&](const TileTarget<T>& target) {
    with_vectors<T>(
        b.vectors, [&](auto vectors) { multiply_tile<height, vectors>(a, begin, end, b, target); });
  };
  if (c.columns == b.vectors * simd::width<T>) return multiply(c);
  alignas(alignment) T tile[height * width] = {};
  T* rows[height];
  for (Index r = 0; r < height; ++r) {
    rows[r] = tile + r * width;
    if (c.adds) std::copy_n(c.rows[r] + c.column, c.columns, rows[r]);
  }
  multiply({rows, 0, c.columns, c.adds, c.bias, c.activation});
  for (Index r = 0; r < height; ++r) std::copy_n(rows[r], c.columns, c.rows[r] + c.column);
}

/// Asks for the first pieces of rows [begin, end).
template <class T>
void fetch_rows(const RowsOperand<T>& a, Index begin, Index end) {
  for (Index r = begin; r < end; ++r) {
    const T* const piece = a.rows[r] + a.first_column;
    for (Index i = 0; i < a.length; i += Upcoming<T>::line) simd::prefetch(piece + i);
  }
}

}  // namespace detail

/// Some columns of B as a panel, missing ones as zeros.
template <class T>
EIGEN_DONT_INLINE PanelOperand<T> pack_panel(Index vectors, const Matrix<const T>& b, T* to) {
  const Index panel = vectors * simd::width<T>;
  detail::pack(b.transposed(), panel, to);
  return {to, panel, vectors};
}

/// Tiles of C for `count` rows, over the depth [begin, end), while what is needed `next` is
/// fetched. Behind the pointers to the rows of C the last one stands again, up to a whole tile.
template <class T>
void multiply_panel(RowsOperand<T> a, Index count, Index begin, Index end, const PanelOperand<T>& b,
                    TileTarget<T> c, Prefetch<T> next = {}) {
  constexpr Index height = ProductTile<T>::rows;
  for (Index r = 0; r < count; r += height, a.rows += height, c.rows += height) {
    next.fetch((end - begin) / 4);
    if (a.is_far) detail::fetch_rows(a, height, 2 * height);
    if (count - r > 2) {
      detail::multiply_tile_of<height>(a, begin, end, b, c);
    } else {
      detail::multiply_tile_of<2>(a, begin, end, b, c);
    }
  }
}

/// The same for rows in tiles; no pointers behind the last.
template <class T>
void multiply_panel(TilesOperand<T> a, Index count, Index begin, Index end,
                    const PanelOperand<T>& b, TileTarget<T> c, Prefetch<T> next = {}) {
  constexpr Index height = ProductTile<T>::rows;
  for (; count >= height; count -= height, a.data += a.tile_step, c.rows += height) {
    next.fetch((end - begin) / 4);
    detail::multiply_tile_of<height>(a, begin, end, b, c);
  }
  for (; count >= 2; count -= 2, a.data += 2, c.rows += 2) {
    detail::multiply_tile_of<2>(a, begin, end, b, c);
  }
  if (count == 1) detail::multiply_tile_of<1>(a, begin, end, b, c);
}

}  // namespace tweed::kernels
