#pragma once

#include <tweed/core/window.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// Sizes of a two-dimensional convolution. `rows.window` and `columns.window` are the kernel's
/// height and width.
struct Geometry {
  SlidingAxis rows;
  SlidingAxis columns;
  Index channels;  ///< of the input
  Index filters;   ///< channels of the output
  /// Channels and filters are cut into as many equal parts, and a filter sees its own part alone.
  Index groups = 1;
  /// Whether each channel is a group: one channel is one group, and yet none of a plain
  /// convolution.
  bool is_depthwise = false;

  constexpr Index group_channels() const { return channels / groups; }
  constexpr Index group_filters() const { return filters / groups; }
  constexpr Index input_size() const { return rows.input * columns.input * channels; }
  constexpr Index output_size() const { return rows.output * columns.output * filters; }
  constexpr Index output_pixels() const { return rows.output * columns.output; }
  constexpr Index taps() const { return rows.window * columns.window; }
  constexpr Index kernel_size() const { return taps() * group_channels() * filters; }
  /// Multiply-adds of one sample and pass, as the definition counts them.
  constexpr Index multiplications() const { return output_pixels() * kernel_size(); }
  constexpr bool is_grouped() const { return groups > 1 || is_depthwise; }
  /// Whether the taps touch and every filter sees all channels.
  constexpr bool is_plain() const {
    return !is_grouped() && rows.dilation == 1 && columns.dilation == 1;
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
