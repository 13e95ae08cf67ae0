#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/product/matrix.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

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

/// The same for a loop that has come to `from` and goes on for long: as far ahead as memory takes
/// to answer. Processors do it themselves, but not beyond a page.
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

  /// `size` elements from end to end, a line for each step of loops of so many `steps`.
  static LinesAhead end_to_end(const T* first, Index size, Index steps) {
    const Index advance = std::max<Index>(steps, 1) * length;
    return {first, length, advance, (size + advance - 1) / advance};
  }

  /// For the next loop; in the end what is `there` already.
  LineAhead<T> take(const T* there) {
    if (count <= 0) return then == nullptr ? LineAhead<T>{there, 0} : then->take(there);
    const LineAhead<T> ahead{line, step};
    line += advance;
    --count;
    return ahead;
  }

  static constexpr Index length = alignment / Index{sizeof(T)};  ///< of a line

 private:
  static constexpr Index lines(Index elements) { return (elements + length - 1) / length; }
};

}  // namespace TWEED_NAMESPACE::kernels
