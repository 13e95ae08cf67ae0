#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/blocks.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `move(i, j)` for each number of a block, of the most common sizes without loops over them:
/// i is its place in the blocks, j in the large image.
template <class Move>
void for_each_in_block(const Blocks& b, Index from, Index to, const Move& move) {
  const Index row = b.row_size();
  if (b.channels == 2 && b.down == 1) {
    for (Index s = 0; s < b.across; ++s) {
      move(from + s, to + 2 * s);
      move(from + b.across + s, to + 2 * s + 1);
    }
    return;
  }
  if (b.down == 2 && b.across == 2) {
    for (Index c = 0; c < b.channels; ++c) {
      move(from + 4 * c, to + c);
      move(from + 4 * c + 1, to + b.channels + c);
      move(from + 4 * c + 2, to + row + c);
      move(from + 4 * c + 3, to + row + b.channels + c);
    }
    return;
  }
  for (Index r = 0; r < b.down; ++r) {
    for (Index s = 0; s < b.across; ++s) {
      for (Index c = 0; c < b.channels; ++c) {
        move(from + (c * b.down + r) * b.across + s, to + r * row + s * b.channels + c);
      }
    }
  }
}

/// Calls `move(i, j)` for each number of all blocks.
template <class Move>
void for_each_in_blocks(const Blocks& b, int threads, const Move& move) {
  parallel_for(b.rows, threads, [&](Index row, int) {
    for (Index column = 0; column < b.columns; ++column) {
      for_each_in_block(b, (row * b.columns + column) * b.block_size(),
                        row * b.down * b.row_size() + column * b.across * b.channels, move);
    }
  });
}

}  // namespace detail

/// y [rows,down,columns,across,channels] = the pixels of x [rows,columns,channels,down,across] laid
/// out side by side.
template <class T>
void unfold_blocks(const Blocks& b, const T* x, T* y, int threads) {
  detail::for_each_in_blocks(b, threads, [x, y](Index i, Index j) { y[j] = x[i]; });
}

/// The way back: x of y.
template <class T>
void fold_blocks(const Blocks& b, const T* y, T* x, int threads) {
  detail::for_each_in_blocks(b, threads, [x, y](Index i, Index j) { x[i] = y[j]; });
}

}  // namespace TWEED_NAMESPACE::kernels
