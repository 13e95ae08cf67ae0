#pragma once

// How a matrix product cuts the columns of B, and lays them out for its tiles.

#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/product/matrix.hpp>
#include <tweed/kernels/product/panel_packing.hpp>
#include <tweed/kernels/product/product_tile.hpp>

#include <algorithm>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels {

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

/// Rows of tiles for what is left below the high ones, in panels of full width.
inline constexpr Index low_tile = 2;

/// Tiles one below the other; where they are narrower than their panel, they are computed aside.
template <Index height, class A, class T>
EIGEN_DONT_INLINE void multiply_tiles_of(A a, Index tiles, Index begin, Index end,
                                         const PanelOperand<T>& b, TileTarget<T> c,
                                         LinesAhead<T>& next) {
  constexpr Index most_vectors = ProductTile<T>::vectors;
  const auto multiply = [&](Index count, const TileTarget<T>& target) {
    if constexpr (height == low_tile) {
      return multiply_tiles<height, most_vectors>(a, count, begin, end, b, target, next);
    } else {
      with_vectors<T>(b.vectors, [&](auto vectors) {
        multiply_tiles<height, vectors>(a, count, begin, end, b, target, next);
      });
    }
  };
  const bool is_narrow = c.columns < b.vectors * simd::width<T>;
  constexpr Index width = ProductTile<T>::columns;
  alignas(alignment) T tile[height * width] = {};
  T* rows[height];
  for (Index r = 0; r < height; ++r) rows[r] = tile + r * width;
  while (tiles > 0) {
    for (Index r = 0; is_narrow && c.adds && r < height; ++r) {
      std::copy_n(c.rows[r] + c.column, c.columns, rows[r]);
    }
    const Index count = is_narrow ? 1 : tiles;
    multiply(count, is_narrow ? TileTarget<T>{rows, 0, c.columns, c.adds, c.bias, c.rectifies} : c);
    for (Index r = 0; is_narrow && r < height; ++r) {
      std::copy_n(rows[r], c.columns, c.rows[r] + c.column);
    }
    a.skip(count * height);
    c.rows += count * height;
    tiles -= count;
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
/// fetched.
template <class T, class A>
void multiply_panel(A a, Index count, Index begin, Index end, const PanelOperand<T>& b,
                    TileTarget<T> c, LinesAhead<T>& next) {
  const auto multiply = [&](auto height) {
    const Index tiles = count / height;
    if (tiles == 0) return;
    detail::multiply_tiles_of<height>(a, tiles, begin, end, b, c, next);
    a.skip(tiles * height);
    c.rows += tiles * height;
    count -= tiles * height;
  };
  multiply(std::integral_constant<Index, ProductTile<T>::rows>{});
  if (b.vectors == ProductTile<T>::vectors) {
    multiply(std::integral_constant<Index, detail::low_tile>{});
  }
  multiply(std::integral_constant<Index, 1>{});
}

}  // namespace TWEED_NAMESPACE::kernels
