#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/blocks.hpp>
#include <tweed/kernels/interleave.hpp>
#include <tweed/kernels/streaming.hpp>

#include <cstddef>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `move(i, j)` for each number of a block: i is its place in the blocks, j in the large
/// image.
template <class Move>
void for_each_in_block(const Blocks& b, Index from, Index to, const Move& move) {
  const Index row = b.row_size();
  for (Index r = 0; r < b.down; ++r) {
    for (Index s = 0; s < b.across; ++s) {
      for (Index c = 0; c < b.channels; ++c) {
        move(from + (c * b.down + r) * b.across + s, to + r * row + s * b.channels + c);
      }
    }
  }
}

/// Calls `body(i, j)` for all blocks: where they begin, in the blocks and in the large image, and
/// `finish()` behind each row of them.
template <class Body, class Finish>
void for_each_block(const Blocks& b, int threads, const Body& body, const Finish& finish) {
  parallel_for(b.rows, threads, [&](Index row, int) {
    for (Index column = 0; column < b.columns; ++column) {
      body((row * b.columns + column) * b.block_size(),
           row * b.down * b.row_size() + column * b.across * b.channels);
    }
    finish();
  });
}

/// The rows of a matrix that lie one behind the other.
template <Index rows, class T>
Rows<T, rows> rows_of_matrix(T* first, Index count) {
  Rows<T, rows> all;
  for (Index r = 0; r < rows; ++r) all[static_cast<std::size_t>(r)] = first + r * count;
  return all;
}

/// The four pixels of a block of 2x2.
template <class T>
Rows<T, 4> pixels_of_block(const Blocks& b, T* first) {
  T* const below = first + b.row_size();
  return {first, first + b.channels, below, below + b.channels};
}

/// Blocks of one row of pixels: each is a matrix of so many `channels`, of the most common numbers.
template <Index channels, class T>
void unfold_matrices(const Blocks& b, const T* x, T* y, int threads) {
  const bool streams = is_streamed_in_order(y, b.block_size(), b.size());
  for_each_block(
      b, threads,
      [&](Index i, Index j) {
        interleave_rows<T, channels>(rows_of_matrix<channels>(x + i, b.across), b.across, y + j,
                                     streams);
      },
      FinishStream{streams});
}
template <Index channels, class T>
void fold_matrices(const Blocks& b, const T* y, T* x, int threads) {
  const bool streams =
      b.across % line_length<T> == 0 && is_streamed_in_order(x, b.across, b.size());
  for_each_block(
      b, threads,
      [&](Index i, Index j) {
        take_rows_apart<T, channels>(y + j, b.across, rows_of_matrix<channels>(x + i, b.across),
                                     streams);
      },
      FinishStream{streams});
}

}  // namespace detail

/// y [rows,down,columns,across,channels] = the pixels of x [rows,columns,channels,down,across] laid
/// out side by side.
template <class T>
void unfold_blocks(const Blocks& b, const T* x, T* y, int threads) {
  if (b.down == 1 && b.channels == 2) return detail::unfold_matrices<2>(b, x, y, threads);
  if (b.down == 1 && b.channels == 4) return detail::unfold_matrices<4>(b, x, y, threads);
  if (b.down == 1 && b.channels == 8) return detail::unfold_matrices<8>(b, x, y, threads);
  const bool is_2x2 = b.down == 2 && b.across == 2;
  detail::for_each_block(
      b, threads,
      [&](Index i, Index j) {
        if (is_2x2) {
          return take_rows_apart<T, 4>(x + i, b.channels, detail::pixels_of_block(b, y + j), false);
        }
        detail::for_each_in_block(b, i, j, [x, y](Index k, Index l) { y[l] = x[k]; });
      },
      [] {});
}

/// The way back: x of y.
template <class T>
void fold_blocks(const Blocks& b, const T* y, T* x, int threads) {
  if (b.down == 1 && b.channels == 2) return detail::fold_matrices<2>(b, y, x, threads);
  if (b.down == 1 && b.channels == 4) return detail::fold_matrices<4>(b, y, x, threads);
  if (b.down == 1 && b.channels == 8) return detail::fold_matrices<8>(b, y, x, threads);
  const bool is_2x2 = b.down == 2 && b.across == 2;
  detail::for_each_block(
      b, threads,
      [&](Index i, Index j) {
        if (is_2x2) {
          return interleave_rows<T, 4>(detail::pixels_of_block(b, y + j), b.channels, x + i, false);
        }
        detail::for_each_in_block(b, i, j, [x, y](Index k, Index l) { x[k] = y[l]; });
      },
      [] {});
}

}  // namespace TWEED_NAMESPACE::kernels
