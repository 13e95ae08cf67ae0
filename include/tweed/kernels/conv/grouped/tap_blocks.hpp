#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/channel_range.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// What a tap multiplies, as offsets from the source and the kernel, for the first place of a
/// block.
struct Tap {
  Index source;
  Index weights;
};

/// Places of a rectangle that use the same taps, each `TapAxis::step()` behind the one before.
struct TapBlock {
  Index row;  ///< of the first place
  Index column;
  Index height;
  Index width;
  const Tap* taps;
  Index tap_count;
};

/// Planes [rows,columns,filters] of what taps read, from one row on.
template <class T>
struct TapSource {
  const T* data;
  Index first_row;
  Index plane_size;
};

/// Goes along the blocks of an image. Sources and targets have a number for each filter.
template <class T>
class TapBlocks {
 public:
  static constexpr Index scratch_bytes(const Geometry& g) {
    return Scratch::bytes<TapRun>(std::max(g.columns.input, g.columns.output)) +
           Scratch::bytes<Tap>(g.taps() * g.group_channels());
  }

  TapBlocks(const Geometry& g, bool is_gradient, Scratch& scratch)
      : g_(g),
        rows_{g.rows, is_gradient},
        columns_{g.columns, is_gradient},
        runs_(scratch.take<TapRun>(std::max(g.columns.input, g.columns.output))),
        run_count_(find_runs(columns_, runs_)),
        taps_(scratch.take<Tap>(g.taps() * g.group_channels())) {}

  Index filters() const { return g_.filters; }

  /// Of a place in what is written.
  Index offset(Index row, Index column) const {
    return (row * columns_.size() + column) * g_.filters;
  }
  /// Between neighbours in a block, to the right and down.
  Index step() const { return columns_.step() * g_.filters; }
  Index row_step() const { return offset(rows_.step(), 0); }
  /// The same in what they read.
  Index source_step() const { return columns_.source_step() * g_.filters; }
  Index source_row_step() const {
    return rows_.source_step() * columns_.source_size() * g_.filters;
  }

  /// Calls `body(block)` for the places of some rows, with the taps of `channels`.
  template <class Body>
  void for_each(const RowRange& range, const ChannelRange& channels, const TapSource<T>& source,
                const Body& body) {
    const Index step = rows_.step();
    for (Index first = range.begin; first < std::min(range.begin + step, range.end); ++first) {
      for (Index row = first; row < range.end;) {
        Index height = 1;
        while (row + height * step < range.end && rows_.same_taps(row, row + height * step)) {
          ++height;
        }
        for (Index i = 0; i < run_count_; ++i) {
          const Index taps = find_taps(row, runs_[i].first, channels, source);
          body(TapBlock{row, runs_[i].first, height, runs_[i].count, taps_, taps});
        }
        row += height * step;
      }
    }
  }

 private:
  /// Lists them and returns their number.
  Index find_taps(Index row, Index column, const ChannelRange& channels,
                  const TapSource<T>& source) {
    Index count = 0;
    for (Index i = 0; i < g_.rows.window; ++i) {
      const Index r = rows_.source(row, i);
      for (Index j = 0; j < g_.columns.window && r >= 0; ++j) {
        const Index c = columns_.source(column, j);
        if (c < 0) continue;
        const Index pixel = (r - source.first_row) * columns_.source_size() + c;
        const Index tap = (i * g_.columns.window + j) * g_.group_channels();
        for (Index e = channels.begin; e < channels.end; ++e) {
          taps_[count++] = {e * source.plane_size + pixel * g_.filters, (tap + e) * g_.filters};
        }
      }
    }
    return count;
  }

  const Geometry& g_;
  TapAxis rows_;
  TapAxis columns_;
  TapRun* runs_;
  Index run_count_;
  Tap* taps_;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
