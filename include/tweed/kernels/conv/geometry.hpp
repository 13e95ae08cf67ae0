#pragma once

#include <tweed/core/window.hpp>

namespace tweed::kernels::conv {

/// Sizes of a two-dimensional convolution. `rows.window` and `columns.window` are the kernel's
/// height and width.
struct Geometry {
  SlidingAxis rows;
  SlidingAxis columns;
  Index channels;  ///< of the input
  Index filters;   ///< channels of the output

  constexpr Index input_size() const { return rows.input * columns.input * channels; }
  constexpr Index output_size() const { return rows.output * columns.output * filters; }
  constexpr Index output_pixels() const { return rows.output * columns.output; }
  constexpr Index taps() const { return rows.window * columns.window; }
  constexpr Index kernel_size() const { return taps() * channels * filters; }
  /// Multiply-adds of one sample and pass, as the definition counts them.
  constexpr Index multiplications() const { return output_pixels() * kernel_size(); }
};

}  // namespace tweed::kernels::conv
