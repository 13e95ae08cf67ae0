#pragma once

#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/product/product_panels.hpp>

#include <algorithm>
#include <type_traits>

/// The small matrix products of a transformed convolution: one for each slot, over channels.
namespace TWEED_NAMESPACE::kernels::conv {

/// Rows of a complex matrix as real parts, imaginary parts and their sums. Those of the parts lie
/// `row_step` apart, those of the sums `sum_step`.
template <class T>
struct SlotRows {
  const T* re;
  const T* im;
  Index row_step;
  const T* sum;
  Index sum_step;
};

/// A complex matrix whose parts lie panel by panel, a panel being some columns, row by row.
template <class T>
struct SlotPanels {
  const T* re;
  const T* im;
  const T* sum = nullptr;
};

/// Where a product goes: it replaces what is there or is added to it.
template <class T>
struct SlotResult {
  T* re;
  T* im;
  Index row_step;
  bool add = false;
};

template <class T>
class SlotProduct {
  static constexpr Index width = Pack<T>::width;
  static constexpr bool many_registers = simd::registers >= 32;

 public:
  /// Columns of a panel, but for the last one, of the matrices that `add_transposed` multiplies.
  static constexpr Index left_panel = alignment / Index{sizeof(T)};
  static constexpr Index right_panel = 2 * width;

  /// c [rows,columns] = a b, for a [rows,depth] and b [depth,columns] in the panels of
  /// `for_each_panel`, whose sums are made here. Columns are whole cache lines. Meanwhile what is
  /// needed `next` is fetched.
  static void complex(Index rows, Index columns, Index depth, const SlotRows<T>& a,
                      const SlotPanels<T>& b, const SlotResult<T>& c, LinesAhead<T>& next) {
    for_each_tile(rows, columns, [&](auto height, auto vectors, Index r, Index j) {
      complex_tile<height, vectors>(depth, a, r, b, j, c, next);
    });
  }

  /// The same of real matrices.
  static void real(const Matrix<const T>& a, const T* b, const Matrix<T>& c, LinesAhead<T>& next) {
    for_each_tile(c.rows, c.columns, [&](auto height, auto vectors, Index r, Index j) {
      real_tile<height, vectors>(a, r, b + j * a.columns, &c(r, j), c.row_step, next);
    });
  }

  /// c [rows,columns] (+)= a^T b, for a [depth,rows] and b [depth,columns] in panels, sums
  /// included. Rows and columns are whole cache lines. As with `complex`, what is `next` is
  /// fetched.
  static void transposed(Index rows, Index columns, Index depth, const SlotPanels<T>& a,
                         const SlotPanels<T>& b, const SlotResult<T>& c, LinesAhead<T>& next) {
    constexpr Index height = many_registers ? 8 : 4;
    for (Index j = 0; j < columns; j += right_panel) {
      for (Index r = 0; r < rows; r += height) {
        if (columns - j >= right_panel) {
          transposed_tile<height, 2>(depth, a, r, b, j, c, next);
        } else {
          transposed_tile<height, 1>(depth, a, r, b, j, c, next);
        }
      }
    }
  }

 private:
  /// Tiles of six rows, as many as there are, and in wide panels of four for the rest. One may
  /// begin before the one above it ends: its first rows are then computed twice, to the same bits.
  template <class Body>
  static void for_each_tile(Index rows, Index columns, const Body& body) {
    constexpr std::integral_constant<Index, ProductTile<T>::rows> high;
    constexpr std::integral_constant<Index, 4> low;
    constexpr std::integral_constant<Index, 1> lowest;
    for_each_panel<T>(columns, [&](Index panel_vectors, Index j, Index) {
      kernels::detail::with_vectors<T>(panel_vectors, [&](auto vectors) {
        for (Index r = 0; r < rows;) {
          const auto tile = [&](auto height) -> Index {
            body(height, vectors, std::min<Index>(r, rows - height), j);
            return height;
          };
          const Index left = rows - r;
          if constexpr (vectors == ProductTile<T>::vectors) {
            const bool is_low = left <= low || left == low + 3 || left == 2 * low || rows < high;
            r += rows < low ? tile(lowest) : is_low ? tile(low) : tile(high);
          } else {
            r += rows < high ? tile(lowest) : tile(high);
          }
        }
      });
    });
  }

  template <Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void clear(Pack<T> (&sum)[height][vectors]) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v] = Pack<T>::zero();
    }
  }

  /// sum += factors * a row of b, for the factor of each row of the tile.
  template <Index height, Index vectors, class Factor>
  static EIGEN_ALWAYS_INLINE void add_product(const Pack<T> (&row)[vectors], const Factor& factor,
                                              Pack<T> (&sum)[height][vectors]) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      const T value = factor(r);
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v] = multiply_add(value, row[v], sum[r][v]);
    }
  }

  template <Index vectors>
  static EIGEN_ALWAYS_INLINE void load(const T* from, Pack<T> (&row)[vectors]) {
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) row[v] = Pack<T>::load(from + v * width);
  }

  /// sum += a b, for some rows of a and a panel of b, or of b and another to be added to it.
  template <Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void add_rows(Index depth, const T* a, Index a_step, const T* b,
                                           const T* other, Pack<T> (&sum)[height][vectors],
                                           LinesAhead<T>& next) {
    LineAhead<T> ahead = next.take(b, depth);
    for (Index k = 0; k < depth; ++k, b += vectors * width, ahead.line += ahead.step) {
      Pack<T> row[vectors];
      load(b, row);
      if (other != nullptr) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) row[v] = row[v] + Pack<T>::load(other + v * width);
        other += vectors * width;
      }
      prefetch(ahead.line);
      add_product(
          row, [&](Index r) { return a[r * a_step + k]; }, sum);
    }
  }

  /// sum += a^T b, for some columns of a panel of a and a panel of b.
  template <Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void add_columns(Index depth, const T* a, const T* b,
                                              Pack<T> (&sum)[height][vectors],
                                              LinesAhead<T>& next) {
    LineAhead<T> ahead = next.take(b, depth);
    for (Index k = 0; k < depth; ++k, a += left_panel, b += vectors * width) {
      prefetch_far(ahead.line);
      ahead.line += ahead.step;
      Pack<T> row[vectors];
      load(b, row);
      add_product(
          row, [&](Index r) { return a[r]; }, sum);
    }
  }

  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void real_tile(const Matrix<const T>& a, Index row, const T* b, T* c,
                                          Index c_step, LinesAhead<T>& next) {
    Pack<T> sum[height][vectors];
    clear(sum);
    add_rows(a.columns, &a(row, 0), a.row_step, b, nullptr, sum, next);
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v].store(c + r * c_step + v * width);
    }
  }

  /// Three real products instead of four (Gauss): with p = re re, q = im im and
  /// s = (re + im)(re + im), the result is (p - q) + i (s - p - q). The sums run on from one
  /// product to the next: q, then -q + p, then -(p - q) - 2 q + s. `add(part, sum)` adds them,
  /// which is written out once for all three.
  template <Index height, Index vectors, class Add>
  static EIGEN_ALWAYS_INLINE void complex_sums(const SlotResult<T>& c, Index row, Index column,
                                               const Add& add) {
    Pack<T> sum[height][vectors];
    alignas(alignment) T aside[height * vectors * width];
    const Index first = row * c.row_step + column;
    clear(sum);
    for (Index part = 0; part < 3; ++part) {
      add(part, sum);
      T* const to = (part == 1 ? c.re : c.im) + first;
      TWEED_UNROLL
      for (Index r = 0; r < height; ++r) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) {
          T* const q = aside + (r * vectors + v) * width;
          if (part == 0) {
            sum[r][v].store(q);
            sum[r][v] = -sum[r][v];
            continue;
          }
          T* const at = to + r * c.row_step + v * width;
          (c.add ? Pack<T>::load(at) + sum[r][v] : sum[r][v]).store(at);
          if (part == 1) sum[r][v] = -multiply_add(T{2}, Pack<T>::load(q), sum[r][v]);
        }
      }
    }
  }

  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void complex_tile(Index depth, const SlotRows<T>& a, Index row,
                                             const SlotPanels<T>& b, Index column,
                                             const SlotResult<T>& c, LinesAhead<T>& next) {
    const T* const rows[] = {a.im + row * a.row_step, a.re + row * a.row_step,
                             a.sum + row * a.sum_step};
    const T* const re = b.re + column * depth;
    const T* const im = b.im + column * depth;
    complex_sums<height, vectors>(c, row, column, [&](Index part, auto& sum) {
      add_rows(depth, rows[part], part < 2 ? a.row_step : a.sum_step, part == 0 ? im : re,
               part < 2 ? nullptr : im, sum, next);
    });
  }

  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void transposed_tile(Index depth, const SlotPanels<T>& a, Index row,
                                                const SlotPanels<T>& b, Index column,
                                                const SlotResult<T>& c, LinesAhead<T>& next) {
    const Index left = row / left_panel * left_panel * depth + row % left_panel;
    const Index right = column * depth;
    const T* const columns[] = {a.im + left, a.re + left, a.sum + left};
    const T* const rows[] = {b.im + right, b.re + right, b.sum + right};
    complex_sums<height, vectors>(c, row, column, [&](Index part, auto& sum) {
      add_columns(depth, columns[part], rows[part], sum, next);
    });
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
