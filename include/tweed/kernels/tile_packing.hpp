#pragma once

// How a matrix product lays out rows of A that lie across memory, so that its inner loop reads them
// from end to end.

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/product_tile.hpp>

#include <algorithm>

namespace tweed::kernels {

/// Elements from one tile of a `TilesOperand` to the next. The cache line between them keeps tiles
/// from falling on the same few sets of a cache.
template <class T>
constexpr Index tile_step(Index depth) {
  return ProductTile<T>::rows * depth + alignment / Index{sizeof(T)};
}

/// Elements of `rows` rows in tiles.
template <class T>
constexpr Index tiles_size(Index rows, Index depth) {
  return (rows + ProductTile<T>::rows - 1) / ProductTile<T>::rows * tile_step<T>(depth);
}

/// Puts elements (row + i, d) of A, i < count, where they belong in tiles: they lie side by side.
/// To be called for d from 0 on: a whole register is written, over what comes next.
template <class T>
TWEED_INLINE void put_in_tiles(const T* from, Index count, Index row, Index d, Index tile_step,
                               T* tiles) {
  constexpr Index height = ProductTile<T>::rows;
  T* to = tiles + row / height * tile_step + d * height;
  if (const Index first = row % height; first > 0) {
    const Index some = std::min(height - first, count);
    for (Index i = 0; i < some; ++i) to[first + i] = from[i];
    from += some;
    count -= some;
    to += tile_step;
  }
  constexpr Index written = 8;
  for (; count >= written; count -= height, from += height, to += tile_step) {
    std::copy_n(from, written, to);
  }
  if (count >= height) {
    std::copy_n(from, height, to);
    count -= height;
    from += height;
    to += tile_step;
  }
  for (Index i = 0; i < count; ++i) to[i] = from[i];
}

}  // namespace tweed::kernels
