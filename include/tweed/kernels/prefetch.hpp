#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/simd.hpp>

namespace tweed::kernels {

/// Memory that is needed soon, a place for each step of a loop.
template <class T>
struct LineAhead {
  const T* line;
  Index step;
};

/// What some loops ask for: `count` times a place for each step, and each time `advance` further;
/// and what is asked for `then`.
template <class T>
struct LinesAhead {
  const T* line = nullptr;
  Index step = 0;
  Index advance = 0;
  Index count = 0;
  LinesAhead* then = nullptr;

  LinesAhead() = default;
  LinesAhead(const T* first, Index next_step, Index next_loop, Index loops)
      : line(first), step(next_step), advance(next_loop), count(loops) {}

  /// A matrix, a cache line of each row at a time.
  explicit LinesAhead(const Matrix<const T>& m)
      : LinesAhead(m.column_step == 1 ? LinesAhead(m.data, m.row_step, length, lines(m.columns))
                                      : LinesAhead(m.data, m.column_step, length, lines(m.rows))) {}

  bool is_done() const { return count <= 0 && (then == nullptr || then->is_done()); }

  LineAhead<T> take() {
    if (count <= 0) return then->take();
    const LineAhead<T> ahead{line, step};
    line += advance;
    --count;
    return ahead;
  }

 private:
  static constexpr Index length = alignment / Index{sizeof(T)};
  static constexpr Index lines(Index elements) { return (elements + length - 1) / length; }
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
