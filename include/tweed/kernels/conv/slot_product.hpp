#pragma once

#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>
#include <type_traits>

/// The small matrix products of a transformed convolution: one for each slot, over channels.
namespace tweed::kernels::conv {

/// A real matrix, or a complex one as its real part, its imaginary part and their sum. Rows lie
/// along memory, those of the parts `row_step` apart and those of the sum `sum_step`.
template <class T>
struct SlotMatrix {
  const T* re;
  const T* im;
  Index row_step;
  const T* sum = nullptr;
  Index sum_step = 0;
};

/// Where a product goes: it replaces what is there or is added to it.
template <class T>
struct SlotResult {
  T* re;
  T* im;
  Index row_step;
  bool add = false;
};

/// How the left matrix of a product is read.
enum class Left { plain, transposed };

template <class T>
class SlotProduct {
 public:
  /// c [rows,columns] = a b, for a [rows,depth], or [depth,rows] if it is read transposed, and b
  /// [depth,columns]. Columns, and the rows of a transposed a, are whole cache lines. Only the
  /// product with a transposed a may be added to c. With a plain one, what is `upcoming` is fetched
  /// meanwhile.
  template <Left left = Left::plain>
  static void complex(Index rows, Index columns, Index depth, const SlotMatrix<T>& a,
                      const SlotMatrix<T>& b, const SlotResult<T>& c, Upcoming<T> upcoming) {
    for_each_tile<left>(rows, columns, [&](auto height, auto vectors, Index r, Index j) {
      complex_tile<left, height, vectors>(depth, a, r, b, j, c, upcoming);
    });
  }

  /// The same of real matrices, a read plainly.
  static void real(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                   Upcoming<T> upcoming) {
    for_each_tile<Left::plain>(c.rows, c.columns, [&](auto height, auto vectors, Index r, Index j) {
      real_tile<height, vectors>(a, r, b, j, c, upcoming);
    });
  }

 private:
  static constexpr Index width = Pack<T>::width;
  static constexpr bool many_registers = simd::registers >= 32;

  /// Rows of a register tile, at most; all tiles of a transposed left side have as many.
  static constexpr Index highest(Left left) {
    if (left == Left::transposed) return many_registers ? 8 : 4;
    return 6;
  }
  /// Vectors of a register tile, at most.
  static constexpr Index widest(Left left) { return many_registers && left == Left::plain ? 4 : 2; }

  template <Left left, class Body>
  static void for_each_tile(Index rows, Index columns, const Body& body) {
    for (Index j = 0; j < columns;) {
      const Index vectors = (columns - j) / width;
      if constexpr (widest(left) == 4) {
        if (vectors >= 4) {
          for_each_row_tile<left>(rows, constant<4>, j, body);
          j += 4 * width;
          continue;
        }
      }
      if (vectors >= 2) {
        for_each_row_tile<left>(rows, constant<2>, j, body);
        j += 2 * width;
      } else {
        for_each_row_tile<left>(rows, constant<1>, j, body);
        j += width;
      }
    }
  }

  template <Index value>
  static constexpr std::integral_constant<Index, value> constant{};

  /// The last of the tiles, all as high as the rows allow, may begin before the one above it ends:
  /// its first rows are then computed twice, to the same bits.
  template <Left left, class Vectors, class Body>
  static void for_each_row_tile(Index rows, Vectors vectors, Index j, const Body& body) {
    constexpr Index most = highest(left);
    const auto with_height = [&](auto height) {
      for (Index r = 0; r < rows; r += height) {
        body(height, vectors, std::min<Index>(r, rows - height), j);
      }
    };
    if constexpr (left == Left::transposed) {
      with_height(constant<most>);
    } else if (rows >= most) {
      with_height(constant<most>);
    } else {
      with_height(constant<1>);
    }
  }

  template <Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void clear(Pack<T> (&sum)[height][vectors]) {
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v] = Pack<T>::zero();
    }
  }

  /// sum += a b
  template <Left left, Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void add_product(Index depth, const T* a, Index a_step, const T* b,
                                              Index b_step, Pack<T> (&sum)[height][vectors],
                                              Upcoming<T>& upcoming) {
    const T* next = upcoming.take(depth);
    for (Index k = 0; k < depth; ++k, b += b_step) {
      Pack<T> row[vectors];
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) row[v] = Pack<T>::load(b + v * width);
      if constexpr (left == Left::plain) {
        simd::prefetch(next);
        next += Upcoming<T>::line;
      }
      TWEED_UNROLL
      for (Index r = 0; r < height; ++r) {
        const T factor = left == Left::plain ? a[r * a_step + k] : a[k * a_step + r];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[r][v] = multiply_add(factor, row[v], sum[r][v]);
      }
    }
  }

  template <Left left>
  static const T* row_of(const T* a, Index row_step, Index row) {
    return left == Left::plain ? a + row * row_step : a + row;
  }

  static EIGEN_ALWAYS_INLINE void put(T* to, const Pack<T>& value, bool add) {
    (add ? Pack<T>::load(to) + value : value).store(to);
  }

  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void real_tile(const Matrix<const T>& a, Index row,
                                          const Matrix<const T>& b, Index column,
                                          const Matrix<T>& c, Upcoming<T>& upcoming) {
    Pack<T> sum[height][vectors];
    clear(sum);
    add_product<Left::plain>(b.rows, &a(row, 0), a.row_step, &b(0, column), b.row_step, sum,
                             upcoming);
    T* const to = &c(row, column);
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[r][v].store(to + r * c.row_step + v * width);
    }
  }

  /// Three real products instead of four (Gauss): with p = re re, q = im im and
  /// s = (re + im)(re + im), the result is (p - q) + i (s - p - q). The sums run on from one
  /// product to the next: q, then -q + p, then -(p - q) - 2 q + s.
  template <Left left, Index height, Index vectors>
  EIGEN_DONT_INLINE static void complex_tile(Index depth, const SlotMatrix<T>& a, Index row,
                                             const SlotMatrix<T>& b, Index column,
                                             const SlotResult<T>& c, Upcoming<T>& upcoming) {
    Pack<T> sum[height][vectors];
    alignas(alignment) T aside[height * vectors * width];
    T* const re = c.re + row * c.row_step + column;
    T* const im = c.im + row * c.row_step + column;

    clear(sum);
    add_product<left>(depth, row_of<left>(a.im, a.row_step, row), a.row_step, b.im + column,
                      b.row_step, sum, upcoming);
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        sum[r][v].store(aside + (r * vectors + v) * width);
        sum[r][v] = -sum[r][v];
      }
    }
    add_product<left>(depth, row_of<left>(a.re, a.row_step, row), a.row_step, b.re + column,
                      b.row_step, sum, upcoming);
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        put(re + r * c.row_step + v * width, sum[r][v], c.add);
        const auto q = Pack<T>::load(aside + (r * vectors + v) * width);
        sum[r][v] = -multiply_add(T{2}, q, sum[r][v]);
      }
    }
    add_product<left>(depth, row_of<left>(a.sum, a.sum_step, row), a.sum_step, b.sum + column,
                      b.sum_step, sum, upcoming);
    TWEED_UNROLL
    for (Index r = 0; r < height; ++r) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        put(im + r * c.row_step + v * width, sum[r][v], c.add);
      }
    }
  }
};

}  // namespace tweed::kernels::conv
