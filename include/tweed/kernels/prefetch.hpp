#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/product/matrix.hpp>
#include <tweed/kernels/simd.hpp>

namespace TWEED_NAMESPACE::kernels {

/// Asks for the cache line at `from`, to have it when it is read; any address is fine.
template <class T>
TWEED_INLINE void prefetch(const T* from) {
#if defined(__GNUC__)
  __builtin_prefetch(from);  // g++ drops calls of Eigen's, as of a function without effects
#else
  Eigen::internal::prefetch(from);
#endif
}

/// Asks for what a long loop that has come to `from` will read once memory has had time to answer.
/// Processors do it themselves, but not beyond a page.
template <class T>
TWEED_INLINE void prefetch_ahead(const T* from) {
  constexpr Index ahead = 2048 / Index{sizeof(T)};
  prefetch(from + ahead);
}

/// The same, no nearer than the second-level cache: for what is needed later than next.
template <class T>
TWEED_INLINE void prefetch_far([[maybe_unused]] const T* from) {
#if defined(__GNUC__)
  __builtin_prefetch(from, 0, 2);
#endif
}

/// The same for one that is written: a store that has to wait for its line holds up those behind
/// it.
template <class T>
void prefetch_to_write([[maybe_unused]] const T* to) {
#if defined(__GNUC__)
  __builtin_prefetch(to, 1);
#endif
}

/// Memory that is needed soon, a place for each step of a loop.
template <class T>
struct LineAhead {
  const T* line;
  Index step;
};

/// What some loops ask for, a place for each of their steps: so many `lines`, `step` apart, and
/// then those that lie `advance` further, in all `columns` times; and what is asked for `then`. A
/// loop goes on where the one before it ended.
template <class T>
struct LinesAhead {
  const T* line = nullptr;
  Index step = 0;
  Index lines = 0;
  Index advance = 0;
  Index columns = 0;
  LinesAhead* then = nullptr;
  Index done = 0;  ///< of the lines

  LinesAhead() = default;
  LinesAhead(const T* first, Index line_step, Index line_count, Index column_step, Index count)
      : line(first), step(line_step), lines(line_count), advance(column_step), columns(count) {}

  /// A matrix, a cache line of each row at a time.
  explicit LinesAhead(const Matrix<const T>& m)
      : line(m.data),
        step(m.column_step == 1 ? m.row_step : m.column_step),
        lines(m.column_step == 1 ? m.rows : m.columns),
        advance(length),
        columns(lines_of(m.column_step == 1 ? m.columns : m.rows)) {}

  /// `size` elements from end to end.
  static LinesAhead end_to_end(const T* first, Index size) {
    return {first, length, lines_of(size), 0, 1};
  }

  /// For a loop of so many steps; in the end what is `there` already.
  LineAhead<T> take(const T* there, Index steps) {
    if (columns <= 0) return then == nullptr ? LineAhead<T>{there, 0} : then->take(there, steps);
    const LineAhead<T> ahead{line + done * step, step};
    done += steps;
    if (done >= lines) {
      done = 0;
      line += advance;
      --columns;
    }
    return ahead;
  }

 private:
  static constexpr Index length = alignment / Index{sizeof(T)};  ///< of a line
  static constexpr Index lines_of(Index elements) { return (elements + length - 1) / length; }
};

}  // namespace TWEED_NAMESPACE::kernels
