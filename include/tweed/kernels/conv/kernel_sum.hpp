#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>
#include <tweed/kernels/product_panels.hpp>
#include <tweed/kernels/tile_packing.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// The sum over output pixels that makes the gradients of kernel and bias. With the kernel's as a
/// matrix [groups * kh * kw * c, filters of a group] it is a product, the transpose of what its
/// rows read [pixels,rows] times the gradients of the output [pixels,filters].
template <class T>
struct KernelSum {
  const Geometry& g;
  const T* x;      ///< [n,h,w,c], some images
  const T* delta;  ///< [n,oh,ow,f], before activation and pool
  Index pixels;    ///< n * oh * ow
  T* kernel_gradient;
  T* bias_gradient;
  bool adds;  ///< to the gradients, instead of replacing them

  static constexpr Index worker_bytes() {
    return Scratch::bytes<T>(depth_block * ProductTile<T>::columns) +
           Scratch::bytes<T>(tiles_size<T>(most_rows, depth_block));
  }

  /// Each thread takes some rows of the gradient, or some columns where there are few rows.
  void run(std::byte* memory, Index bytes, int threads) const {
    constexpr Index few_rows = 4 * ProductTile<T>::rows;
    const RowRange rows{0, g.groups * group_rows()};
    const RowRange columns{0, g.group_filters()};
    const bool by_rows = rows.end >= few_rows * threads;
    const Index tile = by_rows ? ProductTile<T>::rows : simd::width<T>;
    const Index length = by_rows ? rows.end : columns.end;
    const Index tiles = (length + tile - 1) / tile;
    const Index shares = std::min<Index>(threads, tiles);
    parallel_for(shares, threads, [&](Index share, int worker) {
      const RowRange range = share_of(tiles, share, shares);
      const RowRange mine{range.begin * tile, std::min(range.end * tile, length)};
      const Part part = by_rows ? Part{mine, columns} : Part{rows, mine};
      for (Index pixel = 0; pixel < pixels; pixel += depth_block) {
        add_pixels(part, {pixel, std::min(pixel + depth_block, pixels)},
                   worker_scratch(memory, worker, bytes));
      }
    });
  }

 private:
  /// Output pixels that are summed at a time.
  static constexpr Index depth_block = 160;

  /// Rows at a time, so that what they read stays in the second-level cache.
  static constexpr Index most_rows = 480;

  /// What a pixel outside the image holds.
  static constexpr T zeros[most_rows] = {};

  /// Rows and columns of the gradient.
  struct Part {
    RowRange rows;
    RowRange columns;
  };

  Index group_rows() const { return g.taps() * g.group_channels(); }

  EIGEN_DONT_INLINE void add_pixels(const Part& part, const RowRange& range,
                                    Scratch scratch) const {
    T* const panel = scratch.take<T>(depth_block * ProductTile<T>::columns);
    T* const inputs = scratch.take<T>(tiles_size<T>(most_rows, depth_block));
    for (Index row = part.rows.begin; row < part.rows.end;) {
      const Index group_end = (row / group_rows() + 1) * group_rows();
      const RowRange rows{row, std::min({row + most_rows, part.rows.end, group_end})};
      gather_inputs(rows, range, inputs);
      multiply(rows, part.columns, range, inputs, panel);
      row = rows.end;
    }
  }

  /// Some rows of one group, and of its filters `columns`.
  void multiply(const RowRange& rows, const RowRange& columns, const RowRange& range,
                const T* inputs, T* panel) const {
    const Index count = rows.end - rows.begin;
    const Index depth = range.end - range.begin;
    const bool is_first = range.begin == 0 && !adds;
    T* targets[most_rows];
    for (Index i = 0; i < count; ++i) {
      targets[i] = kernel_gradient + (rows.begin + i) % group_rows() * g.filters;
    }
    const Index filter = rows.begin / group_rows() * g.group_filters() + columns.begin;
    const Matrix<const T> deltas{delta + range.begin * g.filters + filter, depth,
                                 columns.end - columns.begin, g.filters};
    for_each_panel<T>(deltas.columns, [&](Index vectors, Index j, Index panel_columns) {
      const auto b = pack_panel(vectors, deltas.block(0, j, depth, panel_columns), panel);
      if (rows.begin % group_rows() == 0) {
        add_rows(b, depth, panel_columns, bias_gradient + filter + j, is_first);
      }
      multiply_panel<T>(
          TilesOperand<T>{inputs, tile_step<T>(depth)}, count, 0, depth, b,
          {.rows = targets, .column = filter + j, .columns = panel_columns, .adds = !is_first});
    });
  }

  /// sum (+)= the rows of a panel.
  static void add_rows(const PanelOperand<T>& panel, Index rows, Index columns, T* sum,
                       bool replaces) {
    for (Index v = 0; v < panel.vectors; ++v) {
      auto total = simd::broadcast(T{});
      for (Index r = 0; r < rows; ++r) {
        total = simd::add(total, simd::load(panel.data + r * panel.row_step + v * simd::width<T>));
      }
      T* const to = sum + v * simd::width<T>;
      const Index lanes = std::clamp<Index>(columns - v * simd::width<T>, 0, simd::width<T>);
      simd::store_part(to, replaces ? total : simd::add(total, simd::load_part(to, lanes)), lanes);
    }
  }

  /// What the kernel's rows [groups * kh * kw * c] read for some output pixels: a matrix
  /// [rows,pixels], in tiles.
  void gather_inputs(const RowRange& rows, const RowRange& range, T* inputs) const {
    const Index channels = g.group_channels();
    for (Index row = rows.begin; row < rows.end;) {
      const Index channel = row % channels;
      const Index count = std::min(channels - channel, rows.end - row);
      const Index tap = row / channels % g.taps();
      const Index first = row / (channels * g.taps()) * channels + channel;
      gather_tap(x + first, tap, range, count, row - rows.begin, inputs);
      row += count;
    }
  }

  /// `count` channels of the pixels under a tap, or zeros outside the image, for rows from `to_row`
  /// on.
  EIGEN_DONT_INLINE void gather_tap(const T* from, Index tap, const RowRange& range, Index count,
                                    Index to_row, T* inputs) const {
    const Index step = tile_step<T>(range.end - range.begin);
    const TapAxis rows{g.rows, false};
    const TapAxis columns{g.columns, false};
    Index n = range.begin / g.output_pixels();
    Index row = range.begin % g.output_pixels() / g.columns.output;
    Index column = range.begin % g.columns.output;
    for (Index p = range.begin; p < range.end; ++row, column = 0) {
      if (row == g.rows.output) {
        row = 0;
        ++n;
      }
      const Index r = rows.source(row, tap / g.columns.window);
      const T* const line = from + (n * g.rows.input + r) * g.columns.input * g.channels;
      for (; column < g.columns.output && p < range.end; ++column, ++p) {
        const Index c = columns.source(column, tap % g.columns.window);
        const T* const pixel = r < 0 || c < 0 ? zeros : line + c * g.channels;
        put_in_tiles(pixel, count, to_row, p - range.begin, step, inputs);
      }
    }
  }
};

}  // namespace tweed::kernels::conv
