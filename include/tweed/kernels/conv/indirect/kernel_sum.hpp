#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>
#include <tweed/kernels/product/far_columns.hpp>
#include <tweed/kernels/product/product_panels.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

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
  T* bias_gradient;  ///< or nullptr
  bool adds;         ///< to the gradients, instead of replacing them

  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<T>(depth_block * ProductTile<T>::columns) +
           Scratch::bytes<T>(depth_block * copied_rows) + Scratch::bytes<T>(g.channels) +
           Scratch::bytes<const T*>(most_taps * depth_block);
  }

  /// Each thread takes some rows of the gradient, or some columns where there are few rows.
  void run(const WorkerScratch& memory, int threads) const {
    constexpr Index rows_of_thread = 4 * ProductTile<T>::rows;
    const RowRange rows{0, g.groups * group_rows()};
    const RowRange columns{0, g.group_filters()};
    const bool by_rows = rows.end >= rows_of_thread * threads;
    const Index tile = by_rows ? ProductTile<T>::rows : simd::width<T>;
    const Index length = by_rows ? rows.end : columns.end;
    const Index tiles = (length + tile - 1) / tile;
    const Index shares = std::min<Index>(threads, tiles);
    parallel_for(shares, threads, [&](Index share, int worker) {
      const RowRange range = share_of(tiles, share, shares);
      const RowRange mine{range.begin * tile, std::min(range.end * tile, length)};
      const Part part = by_rows ? Part{mine, columns} : Part{rows, mine};
      const Memory mine_alone(g, memory.of(worker));
      for (Index pixel = 0; pixel < pixels; pixel += depth_block) {
        add_pixels(part, {pixel, std::min(pixel + depth_block, pixels)}, mine_alone);
      }
    });
  }

 private:
  /// Output pixels that are summed at a time.
  static constexpr Index depth_block = 160;

  /// Rows and taps at a time, so that what they read stays in the second-level cache.
  static constexpr Index most_rows = 512;
  static constexpr Index most_taps = 32;

  /// More rows repay a copy of the panel that they are multiplied with, and as many columns a copy
  /// of the rows.
  static constexpr Index few_rows = 128;
  static constexpr Index many_columns = 192;

  /// Room for rows in tiles, or far apart.
  static constexpr Index copied_rows = column_copy_step<T>(most_rows);

  /// Rows and columns of the gradient.
  struct Part {
    RowRange rows;
    RowRange columns;
  };

  /// A worker's own.
  struct Memory {
    T* panel;
    T* copies;         ///< of some rows
    T* zeros;          ///< what a pixel outside the image holds
    const T** inputs;  ///< for some taps, the pixels under them

    Memory(const Geometry& g, Scratch scratch)
        : panel(scratch.take<T>(depth_block * ProductTile<T>::columns)),
          copies(scratch.take<T>(depth_block * copied_rows)),
          zeros(scratch.take<T>(g.channels)),
          inputs(scratch.take<const T*>(most_taps * depth_block)) {
      std::fill_n(zeros, g.channels, T{});
    }
  };

  Index group_rows() const { return g.taps() * g.group_channels(); }
  bool is_far() const { return are_columns_far<T>(g.columns.stride * g.channels); }

  void add_pixels(const Part& part, const RowRange& range, const Memory& memory) const {
    const bool has_many_columns = part.columns.height() >= many_columns;
    LinesAhead<T> later = pixels_behind(part, range);
    for (Index row = part.rows.begin; row < part.rows.end;) {
      const Index group_end = (row / group_rows() + 1) * group_rows();
      const Index taps_end = (row / g.group_channels() + most_taps) * g.group_channels();
      const RowRange rows{row, std::min({row + most_rows, part.rows.end, group_end, taps_end})};
      for_each_tap(rows, [&](const Tap& tap) {
        const T** const inputs = memory.inputs + tap.index * depth_block;
        find_inputs(tap.tap, range, memory.zeros, inputs);
        if (has_many_columns) {
          copy_to_tiles(tap, rows.begin, range.height(), inputs, memory.copies);
        } else if (is_far()) {
          copy_columns(inputs, range.height(), tap.channel, tap.end - tap.begin,
                       memory.copies + (tap.begin - rows.begin), copied_rows);
        }
      });
      multiply(rows, part.columns, range, memory, later);
      row = rows.end;
    }
  }

  /// Rows of one tap: channels from `channel` on.
  struct Tap {
    Index tap;
    Index index;  ///< among those of some rows
    Index channel;
    Index begin;
    Index end;
  };

  /// Calls `body(tap)` for those that some rows of one group make up.
  template <class Body>
  void for_each_tap(const RowRange& rows, const Body& body) const {
    const Index channels = g.group_channels();
    const Index first = rows.begin / channels;
    const Index group_channel = rows.begin / group_rows() * channels;
    for (Index row = rows.begin; row < rows.end;) {
      const Index tap = row / channels;
      const Index end = std::min((tap + 1) * channels, rows.end);
      body(Tap{tap % g.taps(), tap - first, group_channel + row % channels, row, end});
      row = end;
    }
  }

  /// Copies the rows of a tap to where `TiledRows` has them, `first_row` being the first of all.
  EIGEN_DONT_INLINE static void copy_to_tiles(const Tap& tap, Index first_row, Index depth,
                                              const T* const* inputs, T* to) {
    constexpr Index high = ProductTile<T>::rows;
    const Index first = tap.begin - first_row;
    const Index count = tap.end - tap.begin;
    const Index above = std::min(count, (high - first % high) % high);  // end a tile begun before
    const Index whole = (count - above) / high * high;
    T* const begun = to + first / high * high * depth + first % high;
    T* const tiles = to + (first + above) / high * high * depth;
    for (Index d = 0; d < depth; ++d) {
      const T* from = inputs[d] + tap.channel;
      std::copy_n(from, above, begun + d * high);
      from += above;
      T* tile = tiles + d * high;
      for (Index row = 0; row < whole; row += high, from += high, tile += high * depth) {
        std::copy_n(from, high, tile);
      }
      std::copy_n(from, count - above - whole, tile);
    }
  }

  /// What the next pixels read, where that lies behind what these do.
  LinesAhead<T> pixels_behind(const Part& part, const RowRange& range) const {
    const Index count = std::min(depth_block, pixels - range.end);
    if (count <= 0 || g.kernel_size() != g.channels * g.filters || g.rows.stride > 1 ||
        g.columns.stride > 1) {
      return {};
    }
    const T* const first = x + range.end * g.channels + part.rows.begin;
    return LinesAhead<T>(
        Matrix<const T>{first, count, part.rows.end - part.rows.begin, g.channels});
  }

  /// Some rows of one group, and of its filters `columns`.
  EIGEN_DONT_INLINE void multiply(const RowRange& rows, const RowRange& columns,
                                  const RowRange& range, const Memory& memory,
                                  LinesAhead<T>& later) const {
    const Index count = rows.height();
    const Index depth = range.height();
    const bool is_first = range.begin == 0 && !adds;
    T* targets[most_rows];
    for (Index i = 0; i < count; ++i) {
      targets[i] = kernel_gradient + (rows.begin + i) % group_rows() * g.filters;
    }
    const Index filter = rows.begin / group_rows() * g.group_filters() + columns.begin;
    const Matrix<const T> deltas{delta + range.begin * g.filters + filter, depth,
                                 columns.end - columns.begin, g.filters};
    for_each_panel<T>(deltas.columns, [&](Index vectors, Index j, Index panel_columns) {
      const auto part = deltas.block(0, j, depth, panel_columns);
      const bool is_panel = panel_columns == vectors * simd::width<T> &&
                            (count <= few_rows || panel_columns == g.filters);
      const PanelOperand<T> b = is_panel ? PanelOperand<T>{part.data, part.row_step, vectors}
                                         : pack_panel(vectors, part, memory.panel);
      if (bias_gradient != nullptr && rows.begin % group_rows() == 0) {
        add_rows(b, depth, panel_columns, bias_gradient + filter + j, is_first);
      }
      LinesAhead<T> next = panel_behind(deltas, j + panel_columns, range);
      next.then = &later;
      if (columns.height() >= many_columns) {
        return multiply_panel<T>(
            TiledRows<T>{memory.copies, depth}, count, 0, depth, b,
            {.rows = targets, .column = filter + j, .columns = panel_columns, .adds = !is_first},
            next);
      }
      for_each_tap(rows, [&](const Tap& tap) {
        multiply_panel<T>(
            ColumnsOperand<T>{memory.inputs + tap.index * depth_block, is_far() ? 0 : tap.channel},
            tap.end - tap.begin, 0, depth, b,
            {.rows = targets + (tap.begin - rows.begin),
             .column = filter + j,
             .columns = panel_columns,
             .adds = !is_first},
            next);
      });
    });
  }

  /// The gradients of the output that are needed after those in front of `column`: the next ones,
  /// or the first ones of the next pixels.
  LinesAhead<T> panel_behind(const Matrix<const T>& deltas, Index column,
                             const RowRange& range) const {
    const bool is_last = column == deltas.columns;
    const Index count = is_last ? std::min(depth_block, pixels - range.end) : deltas.rows;
    if (count <= 0) return {};
    const Index first = is_last ? 0 : column;
    const Index width = std::min(ProductTile<T>::columns, deltas.columns - first);
    return LinesAhead<T>(deltas.block(is_last ? deltas.rows : 0, first, count, width));
  }

  /// sum (+)= the rows of a panel.
  static void add_rows(const PanelOperand<T>& panel, Index rows, Index columns, T* sum,
                       bool replaces) {
    for (Index v = 0; v < panel.vectors; v += 2) {
      const Index second = std::min(v + 1, panel.vectors - 1) * simd::width<T>;
      auto total = simd::broadcast(T{});
      auto second_total = total;
      const T* row = panel.data;
      for (Index r = 0; r < rows; ++r, row += panel.row_step) {
        total = simd::add(total, simd::load(row + v * simd::width<T>));
        second_total = simd::add(second_total, simd::load(row + second));
      }
      put_sum(total, v * simd::width<T>, columns, sum, replaces);
      if (v + 1 < panel.vectors) put_sum(second_total, second, columns, sum, replaces);
    }
  }

  static void put_sum(const simd::Vector<T>& total, Index column, Index columns, T* sum,
                      bool replaces) {
    const Index lanes = std::clamp<Index>(columns - column, 0, simd::width<T>);
    const auto before = replaces ? simd::broadcast(T{}) : simd::load_part(sum + column, lanes);
    simd::store_part(sum + column, simd::add(total, before), lanes);
  }

  /// The pixels under a tap, or zeros outside the image.
  EIGEN_DONT_INLINE void find_inputs(Index tap, const RowRange& range, const T* zeros,
                                     const T** inputs) const {
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
      const T* const line = x + (n * g.rows.input + r) * g.columns.input * g.channels;
      for (; column < g.columns.output && p < range.end; ++column, ++p) {
        const Index c = columns.source(column, tap % g.columns.window);
        *inputs++ = r < 0 || c < 0 ? zeros : line + c * g.channels;
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
