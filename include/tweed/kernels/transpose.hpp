#pragma once

#include <tweed/kernels/simd.hpp>

namespace TWEED_NAMESPACE::kernels::simd {

/// to = a[0], b[0], c[0], d[0], a[1], ...
template <class T>
void store_interleaved(T* to, const Vector<T>& a, const Vector<T>& b, const Vector<T>& c,
                       const Vector<T>& d) {
  if constexpr (width<T> >= 4) {
    VectorBlock<T, 4> block{{{a, b, c, d}}};
    Eigen::internal::ptranspose(block);
    for (Index i = 0; i < 4; ++i) store(to + i * width<T>, block.packet[i]);
    return;
  }
  T rows[4][width<T>];
  store(rows[0], a);
  store(rows[1], b);
  store(rows[2], c);
  store(rows[3], d);
  for (Index i = 0; i < 4 * width<T>; ++i) to[i] = rows[i % 4][i / 4];
}

/// to [columns,rows] = the transpose of from [rows,columns], both multiples of the width.
template <class T>
void transpose(const T* from, Index rows, Index columns, T* to) {
  constexpr Index side = width<T>;
  VectorBlock<T, side> block;
  for (Index r = 0; r < rows; r += side) {
    for (Index c = 0; c < columns; c += side) {
      for (Index i = 0; i < side; ++i) block.packet[i] = load(from + (r + i) * columns + c);
      Eigen::internal::ptranspose(block);
      for (Index i = 0; i < side; ++i) store(to + (c + i) * rows + r, block.packet[i]);
    }
  }
}

/// to[c * to_step + r] = from[r * from_step + c] for r < rows and c < columns, neither more than
/// the width. Whole registers are written: zeros for rows <= r < width.
template <class T>
EIGEN_DONT_INLINE void transpose_block(const T* from, Index from_step, Index rows, Index columns,
                                       T* to, Index to_step) {
  constexpr Index side = width<T>;
  VectorBlock<T, side> block;
  if (columns == side) {
    TWEED_UNROLL
    for (Index r = 0; r < side; ++r) {
      block.packet[r] = r < rows ? load(from + r * from_step) : broadcast(T{});
    }
    Eigen::internal::ptranspose(block);
    TWEED_UNROLL
    for (Index c = 0; c < side; ++c) store(to + c * to_step, block.packet[c]);
    return;
  }
  for (Index r = 0; r < side; ++r) {
    block.packet[r] = r < rows ? load_part(from + r * from_step, columns) : broadcast(T{});
  }
  Eigen::internal::ptranspose(block);
  for (Index c = 0; c < columns; ++c) store(to + c * to_step, block.packet[c]);
}

}  // namespace TWEED_NAMESPACE::kernels::simd
