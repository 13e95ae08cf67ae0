#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/matmul_packing.hpp>
#include <tweed/kernels/matrix.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace tweed::kernels {

/// Whether a product replaces what the destination holds or is added to it.
enum class Write { replace, add };

/// Block sizes of the product, after Goto and van de Geijn, *Anatomy of High-Performance Matrix
/// Multiplication*, TOMS 2008: a block of A stays in the second-level cache, a panel of B in the
/// first, a tile of C in registers. `depth` decides the order of the additions, and with it the
/// bits of the result; nothing else does.
template <class T>
struct MatmulBlocks {
  static constexpr Index vectors = 2;
  static constexpr Index tile_rows = simd::registers >= 32 ? 12 : 6;
  static constexpr Index tile_columns = vectors * simd::width<T>;
  static constexpr Index depth = 256;
  static constexpr Index a_size = 256 * 1024 / Index{sizeof(T)};
};

/// Scratch of one worker.
template <class T>
constexpr Index matmul_scratch_bytes() {
  using Blocks = MatmulBlocks<T>;
  return Scratch::bytes<T>(Blocks::a_size + simd::width<T>) +
         Scratch::bytes<T>(Blocks::depth * Blocks::tile_columns);
}

namespace detail {

/// sum += a column of A times a row of B.
template <class T, Index height, Index vectors>
TWEED_INLINE void add_product(const T* a, const T* b, simd::Vector<T> (&sum)[height][vectors]) {
  simd::Vector<T> row[vectors];
  TWEED_UNROLL
  for (Index v = 0; v < vectors; ++v) row[v] = simd::load(b + v * simd::width<T>);
  TWEED_UNROLL
  for (Index r = 0; r < height; ++r) {
    const simd::Vector<T> factor = simd::broadcast(a[r]);
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) sum[r][v] = simd::multiply_add(factor, row[v], sum[r][v]);
  }
}

/// A tile of C [height,vectors * width] (+)= A B from a packed panel of each.
template <Index height, Index vectors, class T>
void multiply_whole_tile(Index depth, const T* a, const T* b, T* c, Index row_step, Write write,
                         Prefetch<T>& next) {
  using Blocks = MatmulBlocks<T>;
  constexpr Index width = simd::width<T>;
  simd::Vector<T> sum[height][vectors];
  TWEED_UNROLL
  for (Index r = 0; r < height; ++r) {
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) sum[r][v] = simd::broadcast(T{});
  }
  constexpr Index step = 4;
  Index k = 0;
  for (; k + step <= depth;
       k += step, a += step * Blocks::tile_rows, b += step * Blocks::tile_columns) {
    next.next_line();
    TWEED_UNROLL
    for (Index i = 0; i < step; ++i) {
      add_product<T>(a + i * Blocks::tile_rows, b + i * Blocks::tile_columns, sum);
    }
  }
  for (; k < depth; ++k, a += Blocks::tile_rows, b += Blocks::tile_columns) {
    add_product<T>(a, b, sum);
  }
  TWEED_UNROLL
  for (Index r = 0; r < height; ++r, c += row_step) {
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) {
      T* const to = c + v * width;
      simd::store(to, write == Write::add ? simd::add(simd::load(to), sum[r][v]) : sum[r][v]);
    }
  }
}

/// A tile of C of that size or smaller: where it is smaller, computed aside.
template <Index height, Index vectors, class T>
void multiply_tile(Index depth, const T* a, const T* b, const Matrix<T>& c, Write write,
                   Prefetch<T>& next) {
  constexpr Index columns = vectors * simd::width<T>;
  if (c.rows == height && c.columns == columns) {
    return multiply_whole_tile<height, vectors>(depth, a, b, c.data, c.row_step, write, next);
  }
  alignas(alignment) T tile[height * columns];
  multiply_whole_tile<height, vectors>(depth, a, b, tile, columns, Write::replace, next);
  for (Index r = 0; r < c.rows; ++r) {
    for (Index j = 0; j < c.columns; ++j) {
      const T value = tile[r * columns + j];
      c(r, j) = write == Write::add ? c(r, j) + value : value;
    }
  }
}

/// A tile of that height or lower, and as few vectors wide as it takes.
template <Index height, class T>
void multiply_tile(Index depth, const T* a, const T* b, const Matrix<T>& c, Write write,
                   Prefetch<T>& next) {
  if (c.columns > simd::width<T>) {
    multiply_tile<height, 2>(depth, a, b, c, write, next);
  } else {
    multiply_tile<height, 1>(depth, a, b, c, write, next);
  }
}

/// C [m,tile_columns] (+)= A B from all packed panels of A and one of B.
template <class T>
void multiply_panel(Index depth, const T* a, const T* b, const Matrix<T>& c, Write write,
                    Prefetch<T> next) {
  constexpr Index height = MatmulBlocks<T>::tile_rows;
  for (Index r = 0; r < c.rows; r += height, a += height * depth) {
    const auto tile = c.block(r, 0, std::min(height, c.rows - r), c.columns);
    if (tile.rows > height * 2 / 3) {
      multiply_tile<height>(depth, a, b, tile, write, next);
    } else if (tile.rows > height / 3) {
      multiply_tile<height * 2 / 3>(depth, a, b, tile, write, next);
    } else {
      multiply_tile<height / 3>(depth, a, b, tile, write, next);
    }
  }
}

/// The product of matrices without depth: a sum of nothing.
template <class T>
void multiply_nothing(const Matrix<T>& c, Write write) {
  if (write == Write::add || c.columns == 0) return;
  for (Index r = 0; r < c.rows; ++r) std::fill_n(&c(r, 0), c.columns, T{});
}

/// C (+)= A B for a strip of A that fits into its block, depth and all.
template <class T>
void multiply_strip(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c,
                    Write write, T* a_packed, T* b_packed) {
  constexpr Index height = MatmulBlocks<T>::tile_rows;
  constexpr Index width = MatmulBlocks<T>::tile_columns;
  for (Index r = 0; r < a.rows; r += height) {
    const Index rows = std::min(height, a.rows - r);
    pack<height>(a.block(r, 0, rows, a.columns), a_packed + r * a.columns);
  }
  const auto panel = [&](Index j) {
    return b.block(0, j, b.rows, std::min(width, b.columns - j)).transposed();
  };
  for (Index j = 0; j < b.columns; j += width) {
    pack<width>(panel(j), b_packed);
    const Index next = j + width < b.columns ? j + width : j;
    multiply_panel<T>(a.columns, a_packed, b_packed,
                      c.block(0, j, c.rows, std::min(width, c.columns - j)), write,
                      Prefetch<T>(panel(next)));
  }
}

/// Rows of A that are packed at a time: as even as can be, and a multiple of the tile's.
template <class T>
Index strip_rows(Index rows, Index depth) {
  using Blocks = MatmulBlocks<T>;
  const Index tiles = (rows + Blocks::tile_rows - 1) / Blocks::tile_rows;
  const Index most = Blocks::a_size / (std::min(depth, Blocks::depth) * Blocks::tile_rows);
  const Index strips = (tiles + most - 1) / most;
  return (tiles + strips - 1) / strips * Blocks::tile_rows;
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

/// C (+)= A B by one worker; A [m,k] and B [k,n] in any order, C [m,n] by rows.
/// `scratch` holds `matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch) {
  using Blocks = MatmulBlocks<T>;
  if (c.rows == 0 || c.columns == 0) return;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  T* const a_packed = scratch.take<T>(Blocks::a_size + simd::width<T>);
  T* const b_packed = scratch.take<T>(Blocks::depth * Blocks::tile_columns);
  const Index strip = detail::strip_rows<T>(c.rows, a.columns);
  for (Index r = 0; r < c.rows; r += strip) {
    const Index rows = std::min(strip, c.rows - r);
    for (Index k = 0; k < a.columns; k += Blocks::depth) {
      const Index depth = std::min(Blocks::depth, a.columns - k);
      detail::multiply_strip<T>(a.block(r, k, rows, depth), b.block(k, 0, depth, b.columns),
                                c.block(r, 0, rows, c.columns), k == 0 ? write : Write::add,
                                a_packed, b_packed);
    }
  }
}

/// C (+)= A B with parts of C shared out among `threads`; `scratch` holds
/// `threads * matmul_scratch_bytes<T>()`.
template <class T>
void matmul(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, Write write,
            Scratch scratch, int threads) {
  using Blocks = MatmulBlocks<T>;
  if (c.rows == 0 || c.columns == 0) return;
  if (a.columns == 0) return detail::multiply_nothing(c, write);
  std::byte* const memory = scratch.take<std::byte>(threads * matmul_scratch_bytes<T>());
  detail::Cut rows{c.rows, Blocks::tile_rows};
  detail::Cut columns{c.columns, Blocks::tile_columns};
  detail::cut_for(threads, rows, columns);
  parallel_for(rows.parts * columns.parts, threads, [&](Index part, int worker) {
    const Index i = part % rows.parts;
    const Index j = part / rows.parts;
    const auto part_of_c =
        c.block(rows.begin(i), columns.begin(j), rows.length(i), columns.length(j));
    matmul<T>(a.block(rows.begin(i), 0, rows.length(i), a.columns),
              b.block(0, columns.begin(j), b.rows, columns.length(j)), part_of_c, write,
              worker_scratch(memory, worker, matmul_scratch_bytes<T>()));
  });
}

}  // namespace tweed::kernels
