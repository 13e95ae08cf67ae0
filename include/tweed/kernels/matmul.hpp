#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/product/far_columns.hpp>
#include <tweed/kernels/product/matrix.hpp>
#include <tweed/kernels/product/product_panels.hpp>

#include <algorithm>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels {

/// Whether a product replaces what the destination holds or is added to it.
enum class Write { replace, add };

/// Steps of the depth that are summed at a time, while a panel of B stays in the first-level cache.
/// This decides the order of the additions, and with it the bits of the result; nothing else does.
inline constexpr Index matmul_depth = 128;

namespace detail {

/// Rows of A and C that are in use at a time, to stay in the second-level cache.
inline constexpr Index product_rows = 1152;
inline constexpr Index copied_rows = 512;

/// More columns of C repay a copy of A.
inline constexpr Index few_columns = 128;

}  // namespace detail

/// Scratch of one worker.
template <class T>
constexpr Index matmul_scratch_bytes() {
  return Scratch::bytes<T>(matmul_depth * ProductTile<T>::columns) +
         Scratch::bytes<T>(matmul_depth * column_copy_step<T>(detail::copied_rows));
}

namespace detail {

/// The product of matrices without depth: a sum of nothing.
template <class T>
void multiply_nothing(const Matrix<T>& c, Write write) {
  if (write == Write::add || c.columns == 0) return;
  for (Index r = 0; r < c.rows; ++r) std::fill_n(&c(r, 0), c.columns, T{});
}

/// Pointers to the rows of a matrix.
template <class T, Index most>
struct RowPointers {
  T* rows[most];

  explicit RowPointers(const Matrix<T>& m) {
    for (Index r = 0; r < m.rows; ++r) rows[r] = m.data + r * m.row_step;
  }
};

/// C (+)= A B for a block of rows and a block of the depth, A as rows or as columns.
template <class T, class A>
void multiply_block(const A& a, const Matrix<const T>& b, const Matrix<T>& c, bool adds, T* panel) {
  constexpr Index few_rows = 2 * ProductTile<T>::rows;
  const RowPointers<T, product_rows> c_rows(c);
  for_each_panel<T>(c.columns, [&](Index vectors, Index j, Index columns) {
    const auto part = b.block(0, j, b.rows, columns);
    // Few rows do not repay the copy.
    const bool as_it_is =
        c.rows <= few_rows && b.column_step == 1 && columns == vectors * simd::width<T>;
    const PanelOperand<T> operand = as_it_is ? PanelOperand<T>{part.data, part.row_step, vectors}
                                             : pack_panel(vectors, part, panel);
    const Index end = j + columns;
    LinesAhead<T> next(b.block(0, end, b.rows, std::min(columns, b.columns - end)));
    multiply_panel<T>(a, c.rows, 0, b.rows, operand, {c_rows.rows, j, columns, adds}, next);
  });
}

/// The same for A as columns that `copies` has room for.
template <class T>
void multiply_columns(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                      bool adds, T* panel, T* copies) {
  RowPointers<const T, matmul_depth> columns(a.transposed());
  if (are_columns_far<T>(a.column_step) && c.columns > few_columns) {
    copy_columns(columns.rows, a.columns, 0, a.rows, copies, column_copy_step<T>(copied_rows));
  }
  multiply_block<T>(ColumnsOperand<T>{columns.rows}, b, c, adds, panel);
}

/// Rows or columns of C cut into parts of whole tiles.
struct Cut {
  Index count;
  Index tile;
  Index parts = 1;

  Index tiles() const { return (count + tile - 1) / tile; }
  Index begin(Index part) const { return std::min(count, tiles() * part / parts * tile); }
  Index length(Index part) const { return begin(part + 1) - begin(part); }
};

/// Cuts the longer side of C for `threads`, and the other where threads are left over.
inline void cut_for(Index threads, Cut& rows, Cut& columns) {
  Cut& longer = rows.count > columns.count ? rows : columns;
  Cut& other = rows.count > columns.count ? columns : rows;
  longer.parts = std::min(threads, longer.tiles());
  other.parts = std::min(threads / longer.parts, other.tiles());
}

}  // namespace detail

/// C = A B, for few rows of A and C and a B that lies in the panels of `for_each_panel`, each row
/// by row: nothing is copied. Meanwhile what is needed `next` is fetched.
template <class T>
void multiply_panels(const Matrix<const T>& a, const T* b, const Matrix<T>& c,
                     LinesAhead<T>& next) {
  const detail::RowPointers<const T, detail::product_rows> a_rows(a);
  const detail::RowPointers<T, detail::product_rows> c_rows(c);
  for_each_panel<T>(c.columns, [&](Index vectors, Index j, Index columns) {
    multiply_panel<T>(RowsOperand<T>{a_rows.rows, 0, a.columns}, c.rows, 0, a.columns,
                      {b + j * a.columns, columns, vectors}, {c_rows.rows, j, columns, false},
                      next);
  });
}

/// C (+)= A B by one worker; A [m,k] and B [k,n] by rows or by columns, C [m,n] by rows. Blocks are
/// after Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, TOMS 2008, but
/// A is read where it lies. `scratch` holds `matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch) {
  if (c.rows == 0 || c.columns == 0) return;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  T* const panel = scratch.take<T>(matmul_depth * ProductTile<T>::columns);
  T* const copies = scratch.take<T>(matmul_depth * column_copy_step<T>(detail::copied_rows));
  const bool by_rows = a.column_step == 1;
  const Index most_rows = by_rows ? detail::product_rows : detail::copied_rows;
  const Index parts = (c.rows + most_rows - 1) / most_rows;
  for (Index part = 0; part < parts; ++part) {
    const Index r = c.rows * part / parts;
    const Index rows = c.rows * (part + 1) / parts - r;
    for (Index k = 0; k < a.columns; k += matmul_depth) {
      const Index depth = std::min(matmul_depth, a.columns - k);
      const auto a_block = a.block(r, k, rows, depth);
      const auto b_block = b.block(k, 0, depth, b.columns);
      const auto c_block = c.block(r, 0, rows, c.columns);
      const bool adds = k > 0 || write == Write::add;
      if (by_rows) {
        const detail::RowPointers<const T, detail::product_rows> rows_of_a(a_block);
        detail::multiply_block<T>(RowsOperand<T>{rows_of_a.rows, 0, depth}, b_block, c_block, adds,
                                  panel);
      } else {
        detail::multiply_columns<T>(a_block, b_block, c_block, adds, panel, copies);
      }
    }
  }
}

/// C (+)= A B with parts of C shared out among `threads`; `scratch` holds
/// `threads * matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch, int threads) {
  if (c.rows == 0 || c.columns == 0) return;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  const WorkerScratch memory(scratch, matmul_scratch_bytes<T>(), threads);
  detail::Cut rows{c.rows, ProductTile<T>::rows};
  detail::Cut columns{c.columns, ProductTile<T>::columns};
  detail::cut_for(threads, rows, columns);
  parallel_for(rows.parts * columns.parts, threads, [&](Index part, int worker) {
    const Index i = part % rows.parts;
    const Index j = part / rows.parts;
    const auto part_of_c =
        c.block(rows.begin(i), columns.begin(j), rows.length(i), columns.length(j));
    matmul<T>(a.block(rows.begin(i), 0, rows.length(i), a.columns),
              b.block(0, columns.begin(j), b.rows, columns.length(j)), part_of_c, write,
              memory.of(worker));
  });
}

}  // namespace TWEED_NAMESPACE::kernels
