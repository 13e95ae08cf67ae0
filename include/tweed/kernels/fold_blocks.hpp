#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/blocks.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `move(i, j)` for each number of row `row` of the large image: i is its place in the
/// blocks, j in the large image.
template <class Move>
void for_each_in_row(const Blocks& b, Index row, const Move& move) {
  const Index step = b.down * b.across;  // from a channel to the next
  for (Index column = 0; column < b.columns; ++column) {
    const Index from =
        (row / b.down * b.columns + column) * b.block_size() + row % b.down * b.across;
    const Index to = row * b.row_size() + column * b.across * b.channels;
    if (b.across > b.channels) {  // the longer loop is the inner one
      for (Index c = 0; c < b.channels; ++c) {
        for (Index s = 0; s < b.across; ++s) move(from + c * step + s, to + s * b.channels + c);
      }
    } else {
      for (Index s = 0; s < b.across; ++s) {
        for (Index c = 0; c < b.channels; ++c) move(from + c * step + s, to + s * b.channels + c);
      }
    }
  }
}

}  // namespace detail

/// y [rows,down,columns,across,channels] = the pixels of x [rows,columns,channels,down,across] laid
/// out side by side.
template <class T>
void unfold_blocks(const Blocks& b, const T* x, T* y, int threads) {
  parallel_for(b.rows * b.down, threads, [&](Index row, int) {
    detail::for_each_in_row(b, row, [x, y](Index i, Index j) { y[j] = x[i]; });
  });
}

/// The way back: x of y.
template <class T>
void fold_blocks(const Blocks& b, const T* y, T* x, int threads) {
  parallel_for(b.rows * b.down, threads, [&](Index row, int) {
    detail::for_each_in_row(b, row, [x, y](Index i, Index j) { x[i] = y[j]; });
  });
}

}  // namespace TWEED_NAMESPACE::kernels
