#pragma once

// The innermost loops of a matrix product: a tile of the result stays in registers while the depth
// goes by. Rows are found through pointers, so they may lie anywhere.

#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels {

/// Sizes of a product's tiles.
template <class T>
struct ProductTile {
  static constexpr Index rows = 6;
  static constexpr Index vectors = simd::registers >= 32 ? 4 : 2;
  static constexpr Index columns = vectors * simd::width<T>;
};

/// Some rows of A, each cut into pieces of `length` elements: element (r, d) is
/// `rows[d / length * piece_step + r][first_column + d % length]`.
template <class T>
struct RowsOperand {
  const T* const* rows;
  Index piece_step;
  Index length;
  Index first_column = 0;

  void skip(Index count) { rows += count; }
};

/// Rows of A in the order in which tiles read them: element (r, d) of each tile, and of what is
/// left below them, is `data[d * ProductTile<T>::rows + r]`.
template <class T>
struct TiledRows {
  const T* data;
  Index depth;

  void skip(Index count) {
    constexpr Index high = ProductTile<T>::rows;
    data += count / high * high * depth + count % high;
  }
};

/// Rows of A that lie across memory, read in place: element (r, d) is `columns[d][first_row + r]`.
template <class T>
struct ColumnsOperand {
  const T* const* columns;
  Index first_row = 0;

  void skip(Index count) { first_row += count; }
};

/// Some columns of B, as wide as so many registers: a row for each step of the depth.
template <class T>
struct PanelOperand {
  const T* data;
  Index row_step;
  Index vectors;
};

/// Where a tile goes: columns [column, column + columns) of some rows. There may be fewer columns
/// than the registers of the panel hold.
template <class T>
struct TileTarget {
  T* const* rows;
  Index column;
  Index columns;
  bool adds;                 ///< to what is there, instead of to the bias
  const T* bias = nullptr;   ///< of these columns, whole registers; or zeros
  bool rectifies = false;    ///< max(0, y) in the end
  bool is_streamed = false;  ///< past the caches; only to whole cache lines
};

namespace detail {

/// Steps of the depth for each line that is fetched meanwhile. What comes from far away, as rows
/// that lie across memory do, would queue up before memory at a line a step, and hold up what a
/// tile of full size reads itself.
template <Index height, Index vectors, class A, class T>
inline constexpr Index steps_a_line =
    !std::is_same_v<A, RowsOperand<T>> && height == ProductTile<T>::rows &&
            vectors == ProductTile<T>::vectors
        ? 2
        : 1;

/// The sums begin with the bias, and what they will be put into is fetched.
template <Index height, Index vectors, class T>
TWEED_INLINE void start_tile(const TileTarget<T>& c, simd::Vector<T> (&sum)[height][vectors]) {
  if (!c.is_streamed) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      const T* const row = c.rows[r] + c.column;
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) prefetch(row + v * simd::width<T>);
    }
  }
  TWEED_UNROLL
  for (Index v = 0; v < vectors; ++v) {
    const Index column = v * simd::width<T>;
    const bool has_bias = c.bias != nullptr && !c.adds;
    const auto first = has_bias ? simd::load(c.bias + column) : simd::broadcast(T{});
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) sum[r][v] = first;
  }
}

template <Index height, Index vectors, class T>
TWEED_INLINE void finish_tile(const TileTarget<T>& c, simd::Vector<T> (&sum)[height][vectors]) {
  if (c.adds) {  // sums of sums lose less than one long sum
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        const T* const there = c.rows[r] + c.column + v * simd::width<T>;
        sum[r][v] = simd::add(simd::load(there), sum[r][v]);
      }
    }
  }
  if (c.rectifies) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v] = simd::max(sum[r][v], simd::broadcast(T{}));
    }
  }
  if (c.is_streamed) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      T* const row = c.rows[r] + c.column;
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) simd::stream(row + v * simd::width<T>, sum[r][v]);
    }
    return;
  }
  TWEED_UNROLL
  for (Index r = 0; r < height; ++r) {
    T* const row = c.rows[r] + c.column;
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) simd::store(row + v * simd::width<T>, sum[r][v]);
  }
}

/// sum += a column of A times a row of B.
template <Index height, Index vectors, class T, class Element>
TWEED_INLINE void add_product(const T* b, simd::Vector<T> (&sum)[height][vectors],
                              const Element& element) {
  simd::Vector<T> row[vectors];
  TWEED_UNROLL
  for (Index v = 0; v < vectors; ++v) {
    const T* const from = b + v * simd::width<T>;
    row[v] = vectors == 1 ? simd::load(from) : simd::load_once(from);
  }
  TWEED_UNROLL
  for (Index r = 0; r < height; ++r) {
    const simd::Vector<T> factor = simd::broadcast(element(r));
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) sum[r][v] = simd::multiply_add(factor, row[v], sum[r][v]);
  }
}

/// sum += A B over the depth [begin, end).
template <Index height, Index vectors, class T>
TWEED_INLINE void add_products(const RowsOperand<T>& a, Index begin, Index end,
                               const PanelOperand<T>& b, LineAhead<T> ahead,
                               simd::Vector<T> (&sum)[height][vectors]) {
  const T* from = b.data;
  Index piece = begin == 0 ? 0 : begin / a.length;  // divisions are slow
  for (Index d = begin; d < end; ++piece) {
    const Index first = d - piece * a.length;
    const Index length = std::min(a.length - first, end - d);
    const T* row[height];
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      row[r] = a.rows[piece * a.piece_step + r] + a.first_column + first;
    }
    for (Index k = 0; k < length; ++k, from += b.row_step, ahead.line += ahead.step) {
      prefetch(ahead.line);
      add_product(from, sum, [&](Index r) { return row[r][k]; });
    }
    d += length;
  }
}

template <Index height, Index vectors, class T>
TWEED_INLINE void add_products(const TiledRows<T>& a, Index begin, Index end,
                               const PanelOperand<T>& b, LineAhead<T> ahead,
                               simd::Vector<T> (&sum)[height][vectors]) {
  constexpr Index step = ProductTile<T>::rows;
  const T* from = b.data;
  const T* column = a.data + begin * step;
  constexpr Index apart = steps_a_line<height, vectors, TiledRows<T>, T>;
  Index d = begin;
  for (; d + apart <= end; d += apart, ahead.line += ahead.step) {
    prefetch(ahead.line);
    TWEED_UNROLL
    for (Index i = 0; i < apart; ++i, column += step, from += b.row_step) {
      add_product(from, sum, [&](Index r) { return column[r]; });
    }
  }
  for (; d < end; ++d, column += step, from += b.row_step) {
    add_product(from, sum, [&](Index r) { return column[r]; });
  }
}

template <Index height, Index vectors, class T>
TWEED_INLINE void add_products(const ColumnsOperand<T>& a, Index begin, Index end,
                               const PanelOperand<T>& b, LineAhead<T> ahead,
                               simd::Vector<T> (&sum)[height][vectors]) {
  const T* from = b.data;
  constexpr Index apart = steps_a_line<height, vectors, ColumnsOperand<T>, T>;
  Index d = begin;
  for (; d + apart <= end; d += apart, ahead.line += ahead.step) {
    prefetch(ahead.line);
    TWEED_UNROLL
    for (Index i = 0; i < apart; ++i, from += b.row_step) {
      const T* const column = a.columns[d + i] + a.first_row;
      add_product(from, sum, [&](Index r) { return column[r]; });
    }
  }
  for (; d < end; ++d, from += b.row_step) {
    const T* const column = a.columns[d] + a.first_row;
    add_product(from, sum, [&](Index r) { return column[r]; });
  }
}

}  // namespace detail

/// Tiles of C (+)= A B over the depth [begin, end), one below the other: `height` rows, and as many
/// registers wide as the panel.
template <Index height, Index vectors, class A, class T>
EIGEN_DONT_INLINE void multiply_tiles(A a, Index tiles, Index begin, Index end,
                                      const PanelOperand<T>& b, TileTarget<T> c,
                                      LinesAhead<T>& next) {
  for (; tiles > 0; --tiles) {
    simd::Vector<T> sum[height][vectors];
    detail::start_tile(c, sum);
    const Index lines = (end - begin) / detail::steps_a_line<height, vectors, A, T>;
    const LineAhead<T> ahead = next.take(b.data, lines);
    detail::add_products(a, begin, end, b, ahead, sum);
    detail::finish_tile(c, sum);
    a.skip(height);
    c.rows += height;
  }
}

}  // namespace TWEED_NAMESPACE::kernels
