#pragma once

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// Places whose row and column have these remainders by `TapAxis::step`, with the number of taps
/// that they use in each axis.
struct TapPhase {
  Index row;
  Index column;
  Index row_taps;
  Index column_taps;
  Index taps_before;  ///< of the phases before
  constexpr Index taps() const { return row_taps * column_taps; }
};

/// A pass as a sum over taps: each place of the target adds up what it reads of the source under
/// each tap times a matrix [depth,outputs] of the kernel. Source and target are x and y, or dy and
/// dx in the input gradient. The places fall into phases: those of a phase have the same taps, but
/// for some that lie outside at the edges.
struct TapGeometry {
  Geometry convolution;
  TapAxis rows;
  TapAxis columns;
  Index depth;    ///< of a tap: channels of the source in a group
  Index outputs;  ///< channels of the target in a group

  constexpr TapGeometry(const Geometry& g, bool is_gradient)
      : convolution(g),
        rows{g.rows, is_gradient},
        columns{g.columns, is_gradient},
        depth(is_gradient ? g.group_filters() : g.group_channels()),
        outputs(is_gradient ? g.group_channels() : g.group_filters()) {}

  constexpr bool is_gradient() const { return rows.is_gradient; }
  constexpr Index groups() const { return convolution.groups; }
  constexpr Index taps() const { return convolution.taps(); }
  constexpr Index places() const { return rows.size() * columns.size(); }
  /// Channels of a pixel.
  constexpr Index source_step() const { return depth * groups(); }
  constexpr Index target_step() const { return outputs * groups(); }

  /// Whether a place reads what lies in the same place alone, and so does not care where an image
  /// ends.
  constexpr bool is_pointwise() const {
    return taps() == 1 && rows.axis.stride == 1 && columns.axis.stride == 1;
  }

  /// That of images `count` times as high.
  constexpr TapGeometry of_stacked(Index count) const {
    TapGeometry stacked = *this;
    stacked.rows.axis.input *= count;
    stacked.rows.axis.output *= count;
    return stacked;
  }

  template <class Body>
  constexpr void for_each_phase(const Body& body) const {
    Index taps_before = 0;
    for (Index row = 0; row < rows.step(); ++row) {
      for (Index column = 0; column < columns.step(); ++column) {
        const TapPhase phase{row, column, rows.taps_of_phase(row), columns.taps_of_phase(column),
                             taps_before};
        body(phase);
        taps_before += phase.taps();
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
