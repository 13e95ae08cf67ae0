#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>
#include <tweed/kernels/product_panels.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// The sum over taps that makes the forward pass, or the input gradient: each place of the target
/// is a row of a product, the source's pixels under its taps times a matrix of the kernel for each
/// tap. The places of an axis fall into phases, one for each remainder by `TapAxis::step`: those of
/// a phase have the same taps, but for some that lie outside at the edges and read zeros.
template <class T>
class TapSum {
 public:
  constexpr TapSum(const Geometry& g, bool is_gradient)
      : g_(g),
        rows_{g.rows, is_gradient},
        columns_{g.columns, is_gradient},
        depth_(is_gradient ? g.group_filters() : g.group_channels()),
        outputs_(is_gradient ? g.group_channels() : g.group_filters()) {}

  /// Scratch for `prepare`, and for each worker of `run`.
  constexpr Index shared_bytes() const {
    return Scratch::bytes<T>(g_.groups * group_size()) +
           Scratch::bytes<T>(g_.groups * padded_outputs()) + Scratch::bytes<T>(source_step());
  }
  constexpr Index worker_bytes() const {
    return Scratch::bytes<const T*>(g_.taps() * most_places) +
           Scratch::bytes<Index>(columns_.size() * g_.columns.window);
  }

  /// Lays out the kernel for the products, once for all images. `bias` may be nullptr.
  void prepare(const T* kernel, const T* bias, Index images, Scratch& scratch, int threads) {
    T* const packed = scratch.take<T>(g_.groups * group_size());
    T* const padded_bias = scratch.take<T>(g_.groups * padded_outputs());
    T* const zeros = scratch.take<T>(source_step());
    std::fill_n(padded_bias, g_.groups * padded_outputs(), T{});
    std::fill_n(zeros, source_step(), T{});
    for (Index group = 0; group < g_.groups && bias != nullptr; ++group) {
      std::copy_n(bias + group * outputs_, outputs_, padded_bias + group * padded_outputs());
    }
    packed_ = packed;
    bias_ = padded_bias;
    zeros_ = zeros;
    if (can_read_kernel_in_place(images)) {
      kernel_ = kernel;
      return;
    }
    Index at = 0;
    for_each_phase([&](const Phase& phase) {
      for (Index group = 0; group < g_.groups; ++group) {
        T* const to = packed + group * group_size() + at;
        pack_phase(kernel, group, phase, to, threads);
      }
      at += phase.taps() * depth_ * padded_outputs();
    });
  }

  /// Stores the target of so many images past the caches if it would not stay in them.
  void choose_stores(const T* target, Index images) {
    constexpr Index line = alignment / Index{sizeof(T)};
    is_streamed_ =
        outputs_ % line == 0 &&
        is_streamed(target, target_step(), images * rows_.size() * columns_.size() * target_step());
  }

  /// Rows of an image of the target.
  constexpr Index height() const { return rows_.size(); }

  /// Whether a place reads what lies in the same place alone, and so does not care where an image
  /// ends.
  constexpr bool is_pointwise() const {
    return g_.taps() == 1 && g_.rows.stride == 1 && g_.columns.stride == 1;
  }

  /// The same sum for images `count` times as high.
  TapSum of_stacked(Index count) const {
    TapSum stacked = *this;
    stacked.rows_.axis.input *= count;
    stacked.rows_.axis.output *= count;
    return stacked;
  }

  /// Whether to run many images at once: where the places of one do not fill the tiles, or where so
  /// many of their taps lie outside that it pays to skip these for each place.
  [[gnu::cold]] constexpr bool joins_images(Index batch) const {
    constexpr Index tile = ProductTile<T>::rows;
    const Index places = rows_.size() * columns_.size();
    const Index phase_places = places / (rows_.step() * columns_.step());
    const Index used = rows_.used_taps() * columns_.used_taps();
    const Index all = places * g_.taps() / (rows_.step() * columns_.step());
    return batch >= 2 * tile && (phase_places < tile || 25 * used < 24 * all);
  }

  /// `images` images, which are so many elements apart.
  EIGEN_DONT_INLINE void run_joined(const T* source, Index source_size, Index images,
                                    Activation activation, T* target, Index target_size,
                                    Scratch scratch) const {
    const T** const sources = scratch.take<const T*>(g_.taps() * most_places);
    const T* packed = packed_;
    for_each_phase([&](const Phase& phase) {
      for (Index row = phase.row; row < rows_.size(); row += rows_.step()) {
        for (Index column = phase.column; column < columns_.size(); column += columns_.step()) {
          const TapWindow taps = window_of(phase, row, column);
          T* const to = target + (row * columns_.size() + column) * target_step();
          for (Index first = 0; first < images; first += most_places) {
            const Index count = std::min(most_places, images - first);
            T* targets[most_places];
            for (Index i = 0; i < count; ++i) targets[i] = to + (first + i) * target_size;
            point_into(phase, taps, row, column, source + first * source_size, source_size, count,
                       sources);
            multiply_groups(phase, taps, {count}, {packed, nullptr, sources}, activation, targets);
          }
        }
      }
      packed += phase.taps() * depth_ * padded_outputs();
    });
    if (is_streamed_) simd::finish_stream();
  }

  /// Rows of one image of the target.
  EIGEN_DONT_INLINE void run(const T* source, const RowRange& rows, Activation activation,
                             T* target, Scratch scratch) const {
    const T** const sources = scratch.take<const T*>(g_.taps() * most_places);
    Index* const columns = scratch.take<Index>(columns_.size() * g_.columns.window);
    const T* packed = packed_;
    for_each_phase([&](const Phase& phase) {
      find_columns(phase, columns);
      run_phase(source, rows, phase, {packed, columns, sources}, activation, target);
      packed += phase.taps() * depth_ * padded_outputs();
    });
    if (is_streamed_) simd::finish_stream();
  }

 private:
  static constexpr Index depth_block = 512;
  static constexpr Index most_places = 120;
  static constexpr Index few_places = 2 * most_places;  // do not repay a copy of the kernel

  /// Places whose row and column have these remainders, with the number of taps in each axis.
  struct Phase {
    Index row;
    Index column;
    Index row_taps;
    Index column_taps;
    constexpr Index taps() const { return row_taps * column_taps; }
  };

  /// Some of a phase's taps, by their place among its taps.
  struct TapWindow {
    TapRange rows;
    TapRange columns;
  };

  /// What a phase works with.
  struct PhaseMemory {
    const T* packed;
    const Index* columns;
    const T** sources;
  };

  /// A few places, from one row and column of a phase on.
  struct Places {
    Index row;
    Index column;
    Index count;
  };

  /// Places whose pointers are known: `skip` places behind these.
  struct Pointed {
    Index count;
    Index skip = 0;
  };

  constexpr Index padded_outputs() const { return padded_columns<T>(outputs_); }
  constexpr Index group_size() const { return g_.taps() * depth_ * padded_outputs(); }
  /// Channels of a pixel.
  constexpr Index source_step() const { return depth_ * g_.groups; }
  constexpr Index target_step() const { return outputs_ * g_.groups; }

  /// Whether the products take the kernel as it is: its rows are those of whole panels already.
  bool can_read_kernel_in_place(Index images) const {
    return !rows_.is_gradient && g_.groups == 1 && outputs_ % simd::width<T> == 0 &&
           images * g_.output_pixels() <= few_places;
  }

  template <class Body>
  void for_each_phase(const Body& body) const {
    for (Index row = 0; row < rows_.step(); ++row) {
      for (Index column = 0; column < columns_.step(); ++column) {
        body(Phase{row, column, rows_.taps_of_phase(row), columns_.taps_of_phase(column)});
      }
    }
  }

  /// The kernel of a phase, block by block of the depth, panel by panel.
  void pack_phase(const T* kernel, Index group, const Phase& phase, T* to, int threads) const {
    parallel_for(
        (phase.taps() * depth_ + depth_block - 1) / depth_block, threads, [&](Index block, int) {
          const Index begin = block * depth_block;
          const Index end = std::min(begin + depth_block, phase.taps() * depth_);
          for_each_panel<T>(outputs_, [&](Index vectors, Index j, Index columns) {
            const Index panel = vectors * simd::width<T>;
            T* line = to + begin * padded_outputs() + j * (end - begin);
            for (Index d = begin; d < end;) {
              const Index tap = d / depth_;
              const Index length = std::min(depth_ - d % depth_, end - d);
              const auto b =
                  kernel_of(kernel, group, phase, tap).block(d % depth_, j, length, columns);
              pack_panel(vectors, b, line);
              line += length * panel;
              d += length;
            }
          });
        });
  }

  /// The matrix [depth,outputs] of a phase's tap.
  Matrix<const T> kernel_of(const T* kernel, Index group, const Phase& phase, Index tap) const {
    const Index i = rows_.tap_of_phase(phase.row, tap / phase.column_taps);
    const Index j = columns_.tap_of_phase(phase.column, tap % phase.column_taps);
    const T* const first = kernel + (i * g_.columns.window + j) * g_.group_channels() * g_.filters +
                           group * g_.group_filters();
    const Matrix<const T> matrix{first, g_.group_channels(), g_.group_filters(), g_.filters};
    return rows_.is_gradient ? matrix.transposed() : matrix;
  }

  /// Where each of the phase's column taps reads, for each of its columns.
  void find_columns(const Phase& phase, Index* columns) const {
    for (Index tap = 0; tap < phase.column_taps; ++tap) {
      const Index j = columns_.tap_of_phase(phase.column, tap);
      for (Index at = phase.column; at < columns_.size(); at += columns_.step()) {
        *columns++ = columns_.source(at, j);
      }
    }
  }

  void run_phase(const T* source, const RowRange& rows, const Phase& phase,
                 const PhaseMemory& memory, Activation activation, T* target) const {
    const Index first_row =
        rows.begin + ((phase.row - rows.begin) % rows_.step() + rows_.step()) % rows_.step();
    const Index height = count_from(first_row, rows.end, rows_.step());
    const Index width = count_from(phase.column, columns_.size(), columns_.step());
    const Index blocks = (height * width + most_places - 1) / most_places;
    const TapWindow all{{0, phase.row_taps}, {0, phase.column_taps}};
    T* targets[most_places];
    for (Index block = 0; block < blocks; ++block) {
      const Index begin = height * width * block / blocks;
      const Index end = height * width * (block + 1) / blocks;
      if (is_pointwise()) {  // the same pointers, further on
        const Places first{first_row, 0, std::min(most_places, height * width)};
        if (block == 0) find_pointers(phase, first, width, source, memory, target, targets);
        multiply_groups(phase, all, {end - begin, begin}, memory, activation, targets);
      } else {
        const Places places{first_row + begin / width * rows_.step(), begin % width, end - begin};
        find_pointers(phase, places, width, source, memory, target, targets);
        multiply_groups(phase, all, {end - begin}, memory, activation, targets);
      }
    }
  }

  void find_pointers(const Phase& phase, const Places& places, Index width, const T* source,
                     const PhaseMemory& memory, T* target, T** targets) const {
    find_targets(phase, places, width, target, targets);
    find_sources(phase, places, width, source, memory);
  }

  static constexpr Index count_from(Index first, Index end, Index step) {
    return first < end ? (end - first + step - 1) / step : 0;
  }

  void find_targets(const Phase& phase, const Places& places, Index width, T* target,
                    T** targets) const {
    Index row = places.row;
    Index column = places.column;
    for (Index i = 0; i < places.count; ++i, ++column) {
      if (column == width) {
        column = 0;
        row += rows_.step();
      }
      const Index at = row * columns_.size() + phase.column + column * columns_.step();
      targets[i] = target + at * target_step();
    }
  }

  void find_sources(const Phase& phase, const Places& places, Index width, const T* source,
                    const PhaseMemory& memory) const {
    for (Index tap = 0; tap < phase.taps(); ++tap) {
      const T** const to = memory.sources + tap * most_places;
      const Index* const columns = memory.columns + tap % phase.column_taps * width;
      const Index i = rows_.tap_of_phase(phase.row, tap / phase.column_taps);
      Index row = places.row;
      Index column = places.column;
      for (Index p = 0; p < places.count; row += rows_.step(), column = 0) {
        const Index from = rows_.source(row, i);
        const T* const line = source + from * columns_.source_size() * source_step();
        for (; column < width && p < places.count; ++column, ++p) {
          const bool inside = from >= 0 && columns[column] >= 0;
          to[p] = inside ? line + columns[column] * source_step() : zeros_;
        }
      }
    }
  }

  TapWindow window_of(const Phase& phase, Index row, Index column) const {
    return {rows_.taps_inside(phase.row, row), columns_.taps_inside(phase.column, column)};
  }

  /// For some taps, what they read of a place in each of `count` images.
  void point_into(const Phase& phase, const TapWindow& taps, Index row, Index column,
                  const T* source, Index source_size, Index count, const T** sources) const {
    for (Index i = taps.rows.begin; i < taps.rows.end; ++i) {
      const Index r = rows_.source(row, rows_.tap_of_phase(phase.row, i));
      for (Index j = taps.columns.begin; j < taps.columns.end; ++j) {
        const Index c = columns_.source(column, columns_.tap_of_phase(phase.column, j));
        const T* const from = source + (r * columns_.source_size() + c) * source_step();
        const T** const to = sources + (i * phase.column_taps + j) * most_places;
        for (Index n = 0; n < count; ++n) to[n] = from + n * source_size;
      }
    }
  }

  void multiply_groups(const Phase& phase, const TapWindow& taps, const Pointed& places,
                       const PhaseMemory& memory, Activation activation, T* const* targets) const {
    for (Index group = 0; group < g_.groups; ++group) {
      bool adds = false;
      for_each_depth(phase, taps, [&](const RowRange& depth, bool is_last) {
        multiply(phase, depth, places, group, memory, adds, is_last ? activation : Activation::none,
                 targets);
        adds = true;
      });
    }
  }

  /// Calls `body(depth, is_last)` for the parts of the depth that some taps make up, none of them
  /// across a block; at least once, if with nothing.
  template <class Body>
  void for_each_depth(const Phase& phase, const TapWindow& taps, const Body& body) const {
    const Index columns = taps.columns.end - taps.columns.begin;
    const Index rows = columns > 0 ? taps.rows.end - taps.rows.begin : 0;
    const bool is_whole = columns == phase.column_taps;
    const Index pieces = is_whole ? std::min<Index>(rows, 1) : rows;
    for (Index piece = 0; piece < pieces; ++piece) {
      const Index tap = (taps.rows.begin + piece) * phase.column_taps + taps.columns.begin;
      const Index end = (tap + (is_whole ? rows * columns : columns)) * depth_;
      for (Index d = tap * depth_; d < end;) {
        const Index next = std::min((d / depth_block + 1) * depth_block, end);
        body(RowRange{d, next}, piece == pieces - 1 && next == end);
        d = next;
      }
    }
    if (pieces == 0 || depth_ == 0) body(RowRange{0, 0}, true);
  }

  /// The places of one group, a part of a block of the depth.
  void multiply(const Phase& phase, const RowRange& depth, const Pointed& places, Index group,
                const PhaseMemory& memory, bool adds, Activation activation,
                T* const* targets) const {
    const Index begin = depth.begin / depth_block * depth_block;
    const Index length = std::min(depth_block, phase.taps() * depth_ - begin);
    const T* const block = memory.packed + group * group_size() + begin * padded_outputs();
    for_each_panel<T>(outputs_, [&](Index vectors, Index j, Index columns) {
      const Index panel = vectors * simd::width<T>;
      const PanelOperand<T> b =
          kernel_ != nullptr
              ? PanelOperand<T>{kernel_ + depth.begin * outputs_ + j, outputs_, vectors}
              : PanelOperand<T>{block + j * length + (depth.begin - begin) * panel, panel, vectors};
      LinesAhead<T> next = j == 0 ? rows_ahead(memory.sources[0], places) : LinesAhead<T>();
      LinesAhead<T> next_panel = panel_ahead(b, depth);
      next.then = &next_panel;
      multiply_panel<T>(
          RowsOperand<T>{memory.sources, most_places, depth_,
                         group * depth_ + places.skip * source_step()},
          places.count, depth.begin, depth.end, b,
          {.rows = targets,
           .column = group * outputs_ + j + places.skip * target_step(),
           .columns = columns,
           .adds = adds,
           .bias = bias_ + group * padded_outputs() + j,
           .activation = activation,
           .is_streamed = is_streamed_ && depth.begin == 0 && depth.end == phase.taps() * depth_},
          next);
    });
  }

  /// What lies behind the rows of a tile: the next one's, where rows are read from end to end.
  LinesAhead<T> rows_ahead(const T* first, const Pointed& places) const {
    constexpr Index height = ProductTile<T>::rows;
    if (!is_pointwise() || g_.groups > 1 || depth_ > depth_block) return {};
    const T* const second_tile = first + (places.skip + height) * depth_;
    return {second_tile, height, height * depth_, places.count};
  }

  /// What lies behind the panel of some depth: mostly the next one.
  LinesAhead<T> panel_ahead(const PanelOperand<T>& b, const RowRange& depth) const {
    if (kernel_ != nullptr) return {};
    const Index size = depth.height() * b.row_step;
    return LinesAhead<T>::end_to_end(b.data + size, size, depth.height());
  }

  Geometry g_;
  TapAxis rows_;
  TapAxis columns_;
  Index depth_;                ///< of a tap: channels of the source in a group
  Index outputs_;              ///< channels of the target in a group
  bool is_streamed_ = false;   ///< the target
  const T* kernel_ = nullptr;  ///< where it is read in place
  const T* packed_ = nullptr;
  const T* bias_ = nullptr;
  const T* zeros_ = nullptr;
};

}  // namespace tweed::kernels::conv
