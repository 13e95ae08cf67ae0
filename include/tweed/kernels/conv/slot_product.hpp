#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/kernels/simd.hpp>

/// The small matrix products of a transformed convolution: one for each slot, over channels.
namespace tweed::kernels::conv {

/// A real matrix, or a complex one as its real part, its imaginary part and their sum; element (r,
/// k) of each is at `r * row_step + k * column_step`.
template <class T>
struct SlotMatrix {
  const T* re;
  const T* im;
  const T* sum;
  Index row_step;
  Index column_step = 1;
};

/// Where a product goes.
template <class T>
struct SlotResult {
  T* re;
  T* im;
  Index row_step;
  bool add;
};

template <class T>
class SlotProduct {
 public:
  /// The product of a [rows,depth] and b [depth,columns]. `rows` is even and at least 4, `columns`
  /// a multiple of the vector width; b's rows lie along memory.
  static void complex(Index rows, Index columns, Index depth, const SlotMatrix<T>& a,
                      const SlotMatrix<T>& b, const SlotResult<T>& c) {
    for_each_tile(rows, columns, [&](auto height, auto vectors, Index r, Index j) {
      complex_tile<height, vectors>(depth, a, r, b, j, c);
    });
  }

  /// The same of the real parts alone.
  static void real(Index rows, Index columns, Index depth, const SlotMatrix<T>& a,
                   const SlotMatrix<T>& b, const SlotResult<T>& c) {
    for_each_tile(rows, columns, [&](auto height, auto vectors, Index r, Index j) {
      real_tile<height, vectors>(depth, a, r, b, j, c);
    });
  }

 private:
  using Vector = simd::Vector<T>;
  static constexpr Index width = simd::width<T>;
  static constexpr Index tall = simd::registers >= 32 ? 12 : 6;
  static constexpr Index low = 4;

  template <class Body>
  static void for_each_tile(Index rows, Index columns, const Body& body) {
    Index tall_rows = rows / tall * tall;
    while ((rows - tall_rows) % low != 0 && tall_rows > 0) tall_rows -= tall;
    for (Index j = 0; j < columns; j += 2 * width) {
      if (columns - j >= 2 * width) {
        for_each_row_tile(rows, tall_rows, [&](auto height, Index r) {
          body(height, std::integral_constant<Index, 2>{}, r, j);
        });
      } else {
        for_each_row_tile(rows, tall_rows, [&](auto height, Index r) {
          body(height, std::integral_constant<Index, 1>{}, r, j);
        });
      }
    }
  }

  template <class Body>
  static void for_each_row_tile(Index rows, Index tall_rows, const Body& body) {
    Index r = 0;
    for (; r < tall_rows; r += tall) body(std::integral_constant<Index, tall>{}, r);
    for (; r < rows; r += low) body(std::integral_constant<Index, low>{}, r);
  }

  template <Index height, Index vectors>
  struct Tile {
    Vector v[height][vectors];
  };

  template <Index height, Index vectors>
  static EIGEN_ALWAYS_INLINE void multiply(Index depth, const T* a, Index row_step,
                                           Index column_step, const T* b, Index b_step,
                                           Tile<height, vectors>& sum) {
    simd::unroll<height>([&](auto r) {
      simd::unroll<vectors>([&](auto v) { sum.v[r][v] = simd::broadcast(T{}); });
    });
    for (Index k = 0; k < depth; ++k, a += column_step, b += b_step) {
      Vector row[vectors];
      simd::unroll<vectors>([&](auto v) { row[v] = simd::load(b + v * width); });
      simd::unroll<height>([&](auto r) {
        const Vector factor = simd::broadcast(a[r * row_step]);
        simd::unroll<vectors>(
            [&](auto v) { sum.v[r][v] = simd::multiply_add(factor, row[v], sum.v[r][v]); });
      });
    }
  }

  static EIGEN_ALWAYS_INLINE void put(T* to, const Vector& value, bool add) {
    simd::store(to, add ? simd::add(simd::load(to), value) : value);
  }

  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void real_tile(Index depth, const SlotMatrix<T>& a, Index r0,
                                          const SlotMatrix<T>& b, Index j0,
                                          const SlotResult<T>& c) {
    Tile<height, vectors> sum;
    multiply(depth, a.re + r0 * a.row_step, a.row_step, a.column_step, b.re + j0, b.row_step, sum);
    simd::unroll<height>([&](auto r) {
      simd::unroll<vectors>(
          [&](auto v) { put(c.re + (r0 + r) * c.row_step + j0 + v * width, sum.v[r][v], c.add); });
    });
  }

  /// Three real products instead of four (Gauss): with p = re re, q = im im and
  /// s = (re + im)(re + im), the result is (p - q) + i (s - p - q).
  template <Index height, Index vectors>
  EIGEN_DONT_INLINE static void complex_tile(Index depth, const SlotMatrix<T>& a, Index r0,
                                             const SlotMatrix<T>& b, Index j0,
                                             const SlotResult<T>& c) {
    Tile<height, vectors> kept, sum;
    const Index offset = r0 * a.row_step;
    multiply(depth, a.re + offset, a.row_step, a.column_step, b.re + j0, b.row_step, kept);
    multiply(depth, a.im + offset, a.row_step, a.column_step, b.im + j0, b.row_step, sum);
    simd::unroll<height>([&](auto r) {
      simd::unroll<vectors>([&](auto v) {
        const Vector p = kept.v[r][v];
        const Vector q = sum.v[r][v];
        put(c.re + (r0 + r) * c.row_step + j0 + v * width, simd::subtract(p, q), c.add);
        kept.v[r][v] = simd::add(p, q);
      });
    });
    multiply(depth, a.sum + offset, a.row_step, a.column_step, b.sum + j0, b.row_step, sum);
    simd::unroll<height>([&](auto r) {
      simd::unroll<vectors>([&](auto v) {
        put(c.im + (r0 + r) * c.row_step + j0 + v * width,
            simd::subtract(sum.v[r][v], kept.v[r][v]), c.add);
      });
    });
  }
};

}  // namespace tweed::kernels::conv
