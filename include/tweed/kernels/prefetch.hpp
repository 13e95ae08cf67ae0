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

/// Memory that is needed soon, for loops that ask for a cache line of it in each step.
template <class T>
class Upcoming {
 public:
  static constexpr Index line = alignment / Index{sizeof(T)};

  Upcoming(const T* begin, Index count) : next_(begin), end_(begin + count) {}

  /// The next `lines` lines. There are always some: behind the end, what lies there.
  const T* take(Index lines) {
    const T* const piece = next_;
    if (next_ < end_) next_ += lines * line;
    return piece;
  }

 private:
  const T* next_;
  const T* end_;
};

/// A line of each of some rows.
template <class T>
struct LineOfRows {
  const T* first;
  Index row_step;
};

/// The same for the columns of two matrices whose rows lie far apart: a loop over the rows asks for
/// a line of each.
template <class T>
class UpcomingColumns {
 public:
  /// From where columns begin on, with so many elements between rows.
  UpcomingColumns(const LineOfRows<T>& a, Index a_columns, const LineOfRows<T>& b, Index b_columns)
      : next_(a), end_(a.first + a_columns), then_(b), then_end_(b.first + b_columns) {}

  /// The next line. There is always one: in the end, what is there already.
  LineOfRows<T> take() {
    if (next_.first >= end_) {
      next_ = then_;
      end_ = then_end_;
      then_.first = then_end_;
    }
    if (next_.first >= end_) return {end_ - Upcoming<T>::line, 0};
    const LineOfRows<T> line = next_;
    next_.first += Upcoming<T>::line;
    return line;
  }

 private:
  LineOfRows<T> next_;
  const T* end_;
  LineOfRows<T> then_;
  const T* then_end_;
};

}  // namespace tweed::kernels
