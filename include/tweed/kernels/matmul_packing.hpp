#pragma once

// How a matrix product lays out its operands, so that its inner loop reads them from end to end.

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace tweed::kernels::detail {

/// Packing copies a matrix [rows,depth] of at most `panel` rows to [depth,panel], missing rows as
/// zeros. It may write up to a vector beyond that.

/// From rows: transposes. The last rows come first, since vectors reach into the next column.
template <Index panel, class T>
void pack_rows(const Matrix<const T>& a, T* to) {
  constexpr Index width = simd::width<T>;
  for (Index k = 0; k < a.columns; k += width, to += width * panel) {
    const Index columns = std::min(width, a.columns - k);
    for (Index r = (panel - 1) / width * width; r >= 0; r -= width) {
      const Index rows = std::clamp<Index>(a.rows - r, 0, width);
      const T* const from = rows > 0 ? &a(r, k) : a.data;
      simd::transpose_block(from, a.row_step, rows, columns, to + r, panel);
    }
  }
}

/// From columns of `panel` elements.
template <Index panel, class T>
void pack_columns(const Matrix<const T>& a, T* to) {
  constexpr Index width = simd::width<T>;
  for (Index k = 0; k < a.columns; ++k, to += panel) {
    const T* const from = a.data + k * a.column_step;
    TWEED_UNROLL
    for (Index r = 0; r + width <= panel; r += width) simd::store(to + r, simd::load(from + r));
    constexpr Index rest = panel % width;
    std::copy_n(from + (panel - rest), rest, to + (panel - rest));
  }
}

template <Index panel, class T>
void pack(const Matrix<const T>& a, T* to) {
  if (a.row_step == 1 && a.rows == panel) return pack_columns<panel>(a, to);
  if (a.column_step == 1) return pack_rows<panel>(a, to);
  std::fill_n(to, panel * a.columns, T{});
  for (Index k = 0; k < a.columns; ++k) {
    for (Index r = 0; r < a.rows; ++r) to[k * panel + r] = a(r, k);
  }
}

/// Asks for a matrix that is needed soon, a cache line at a time.
template <class T>
class Prefetch {
 public:
  explicit Prefetch(const Matrix<const T>& m) : rest_(m.column_step == 1 ? m : m.transposed()) {}

  void next_line() {
    if (rest_.rows == 0) return;
    simd::prefetch(rest_.data + column_);
    column_ += alignment / Index{sizeof(T)};
    if (column_ < rest_.columns) return;
    column_ = 0;
    rest_.data += rest_.row_step;
    --rest_.rows;
  }

 private:
  Matrix<const T> rest_;
  Index column_ = 0;
};

}  // namespace tweed::kernels::detail
