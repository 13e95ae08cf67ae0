#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace tweed::kernels {

/// View of a matrix whose element (r, c) is `data[r * row_step + c * column_step]`.
template <class T>
struct Matrix {
  T* data;
  Index rows;
  Index columns;
  Index row_step;
  Index column_step = 1;

  T& operator()(Index r, Index c) const { return data[r * row_step + c * column_step]; }
  Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
  Matrix block(Index r, Index c, Index height, Index width) const {
    return {data + (r * row_step + c * column_step), height, width, row_step, column_step};
  }
};

/// Rows that lie one after another.
template <class T>
Matrix<T> row_major(T* data, Index rows, Index columns) {
  return {data, rows, columns, columns};
}

/// Whether a product replaces what the destination holds or is added to it.
enum class Write { replace, add };

/// Block sizes of the product, after Goto and van de Geijn, *Anatomy of High-Performance Matrix
/// Multiplication*, TOMS 2008: a block of A stays in the second-level cache, a panel of B in the
/// first, a tile of C in registers. They do not depend on the number of threads, so neither does
/// the order of the additions.
template <class T>
struct MatmulBlocks {
  static constexpr Index vectors = 2;
  static constexpr Index tile_rows = simd::registers >= 32 ? 12 : 6;
  static constexpr Index tile_columns = vectors * simd::width<T>;
  static constexpr Index rows = 120;
  static constexpr Index columns = 192;
  static constexpr Index depth = 256;
};

/// Scratch of one worker.
template <class T>
constexpr Index matmul_scratch_bytes() {
  using Blocks = MatmulBlocks<T>;
  return Scratch::bytes<T>(Blocks::rows * Blocks::depth) +
         Scratch::bytes<T>(Blocks::depth * Blocks::columns);
}

namespace detail {

/// Copies A into panels of `panel` rows, the rows innermost, missing rows as zeros.
template <Index panel, class T>
void pack(const Matrix<const T>& a, T* to) {
  for (Index r = 0; r < a.rows; r += panel) {
    const Index rows = std::min(panel, a.rows - r);
    if (a.row_step == 1 && rows == panel) {
      for (Index k = 0; k < a.columns; ++k, to += panel) std::copy_n(&a(r, k), panel, to);
      continue;
    }
    if (rows < panel) std::fill_n(to, panel * a.columns, T{});
    for (Index i = 0; i < rows; ++i) {
      const T* from = &a(r + i, 0);
      for (Index k = 0; k < a.columns; ++k) to[k * panel + i] = from[k * a.column_step];
    }
    to += panel * a.columns;
  }
}

/// One tile of C (+)= A B from a packed panel of each.
template <class T>
void multiply_tile(Index depth, const T* a, const T* b, T* c, Index row_step, Write write) {
  using Blocks = MatmulBlocks<T>;
  constexpr Index height = Blocks::tile_rows;
  constexpr Index vectors = Blocks::vectors;
  constexpr Index width = simd::width<T>;
  simd::Vector<T> sum[height][vectors];
  simd::unroll<height>(
      [&](auto r) { simd::unroll<vectors>([&](auto v) { sum[r][v] = simd::broadcast(T{}); }); });
  for (Index k = 0; k < depth; ++k, a += height, b += vectors * width) {
    simd::Vector<T> row[vectors];
    simd::unroll<vectors>([&](auto v) { row[v] = simd::load(b + v * width); });
    simd::unroll<height>([&](auto r) {
      const auto factor = simd::broadcast(a[r]);
      simd::unroll<vectors>(
          [&](auto v) { sum[r][v] = simd::multiply_add(factor, row[v], sum[r][v]); });
    });
  }
  simd::unroll<height>([&](auto r) {
    simd::unroll<vectors>([&](auto v) {
      T* const to = c + r * row_step + v * width;
      simd::store(to, write == Write::add ? simd::add(simd::load(to), sum[r][v]) : sum[r][v]);
    });
  });
}

/// A tile that sticks out of C: computed aside, the part inside copied.
template <class T>
void multiply_edge_tile(Index depth, const T* a, const T* b, const Matrix<T>& c, Write write) {
  using Blocks = MatmulBlocks<T>;
  alignas(alignment) T tile[Blocks::tile_rows * Blocks::tile_columns];
  multiply_tile(depth, a, b, tile, Blocks::tile_columns, Write::replace);
  for (Index r = 0; r < c.rows; ++r) {
    for (Index j = 0; j < c.columns; ++j) {
      const T value = tile[r * Blocks::tile_columns + j];
      c(r, j) = write == Write::add ? c(r, j) + value : value;
    }
  }
}

/// C (+)= A B from packed blocks of both.
template <class T>
void multiply_packed(Index depth, const T* a, const T* b, const Matrix<T>& c, Write write) {
  using Blocks = MatmulBlocks<T>;
  for (Index j = 0; j < c.columns; j += Blocks::tile_columns) {
    const Index columns = std::min(Blocks::tile_columns, c.columns - j);
    for (Index r = 0; r < c.rows; r += Blocks::tile_rows) {
      const Index rows = std::min(Blocks::tile_rows, c.rows - r);
      const T* const a_panel = a + r * depth;
      const T* const b_panel = b + j * depth;
      if (rows == Blocks::tile_rows && columns == Blocks::tile_columns) {
        multiply_tile(depth, a_panel, b_panel, &c(r, j), c.row_step, write);
      } else {
        multiply_edge_tile(depth, a_panel, b_panel, c.block(r, j, rows, columns), write);
      }
    }
  }
}

/// The product of matrices without depth: a sum of nothing.
template <class T>
void multiply_nothing(const Matrix<T>& c, Write write) {
  if (write == Write::add || c.columns == 0) return;
  for (Index r = 0; r < c.rows; ++r) std::fill_n(&c(r, 0), c.columns, T{});
}

}  // namespace detail

/// C (+)= A B by one worker; A [m,k] and B [k,n] in any order, C [m,n] by rows.
/// `scratch` holds `matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch) {
  using Blocks = MatmulBlocks<T>;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  T* const a_packed = scratch.take<T>(Blocks::rows * Blocks::depth);
  T* const b_packed = scratch.take<T>(Blocks::depth * Blocks::columns);
  for (Index j = 0; j < c.columns; j += Blocks::columns) {
    const Index columns = std::min(Blocks::columns, c.columns - j);
    for (Index k = 0; k < a.columns; k += Blocks::depth) {
      const Index depth = std::min(Blocks::depth, a.columns - k);
      const Write how = k == 0 ? write : Write::add;
      detail::pack<Blocks::tile_columns>(b.block(k, j, depth, columns).transposed(), b_packed);
      for (Index r = 0; r < c.rows; r += Blocks::rows) {
        const Index rows = std::min(Blocks::rows, c.rows - r);
        detail::pack<Blocks::tile_rows>(a.block(r, k, rows, depth), a_packed);
        detail::multiply_packed(depth, a_packed, b_packed, c.block(r, j, rows, columns), how);
      }
    }
  }
}

/// C (+)= A B with the blocks of C shared out among `threads`; `scratch` holds
/// `threads * matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch, int threads) {
  using Blocks = MatmulBlocks<T>;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  const Index row_blocks = (c.rows + Blocks::rows - 1) / Blocks::rows;
  const Index column_blocks = (c.columns + Blocks::columns - 1) / Blocks::columns;
  std::byte* const memory = scratch.take<std::byte>(threads * matmul_scratch_bytes<T>());
  parallel_for(row_blocks * column_blocks, threads, [&](Index block, int worker) {
    const Index r = block % row_blocks * Blocks::rows;
    const Index j = block / row_blocks * Blocks::columns;
    const Index rows = std::min(Blocks::rows, c.rows - r);
    const Index columns = std::min(Blocks::columns, c.columns - j);
    matmul<T>(a.block(r, 0, rows, a.columns), b.block(0, j, b.rows, columns),
              c.block(r, j, rows, columns), write,
              worker_scratch(memory, worker, matmul_scratch_bytes<T>()));
  });
}

}  // namespace tweed::kernels
