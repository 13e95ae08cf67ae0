#pragma once

// How a matrix product lays out its operands, so that its inner loop reads them from end to end.

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/product/matrix.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/transpose.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::detail {

/// Packing copies a matrix [rows,depth] of at most `panel` rows to [depth,panel], missing rows as
/// zeros; `panel` is a multiple of the width.

/// From rows: transposes.
template <class T>
void pack_rows(const Matrix<const T>& a, Index panel, T* to) {
  constexpr Index width = simd::width<T>;
  for (Index k = 0; k < a.columns; k += width, to += width * panel) {
    const Index columns = std::min(width, a.columns - k);
    for (Index r = 0; r < panel; r += width) {
      const Index rows = std::clamp<Index>(a.rows - r, 0, width);
      const T* const from = rows > 0 ? &a(r, k) : a.data;
      simd::transpose_block(from, a.row_step, rows, columns, to + r, panel);
    }
  }
}

/// From columns of `panel` elements.
template <class T>
void pack_columns(const Matrix<const T>& a, Index panel, T* to) {
  constexpr Index width = simd::width<T>;
  for (Index k = 0; k < a.columns; ++k, to += panel) {
    const T* const from = a.data + k * a.column_step;
    for (Index r = 0; r < panel; r += width) simd::store(to + r, simd::load(from + r));
  }
}

template <class T>
void pack(const Matrix<const T>& a, Index panel, T* to) {
  if (a.row_step == 1 && a.rows == panel) return pack_columns(a, panel, to);
  if (a.column_step == 1) return pack_rows(a, panel, to);
  std::fill_n(to, panel * a.columns, T{});
  for (Index k = 0; k < a.columns; ++k) {
    for (Index r = 0; r < a.rows; ++r) to[k * panel + r] = a(r, k);
  }
}

}  // namespace TWEED_NAMESPACE::kernels::detail
