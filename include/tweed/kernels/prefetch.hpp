#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/simd.hpp>

namespace tweed::kernels {

/// Asks for a matrix that is needed soon, a few cache lines at a time.
template <class T>
class Prefetch {
 public:
  Prefetch() : rest_{} {}
  explicit Prefetch(const Matrix<const T>& m) : rest_(m.column_step == 1 ? m : m.transposed()) {}

  /// The next `lines` cache lines.
  void fetch(Index lines) {
    for (; lines > 0 && rest_.rows > 0; --lines) {
      simd::prefetch(rest_.data + column_);
      column_ += alignment / Index{sizeof(T)};
      if (column_ < rest_.columns) continue;
      column_ = 0;
      rest_.data += rest_.row_step;
      --rest_.rows;
    }
  }

 private:
  Matrix<const T> rest_;
  Index column_ = 0;
};

}  // namespace tweed::kernels
