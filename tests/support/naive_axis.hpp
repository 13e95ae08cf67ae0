#pragma once

#include <tweed/core/window.hpp>

#include <cmath>

namespace tests {

using tweed::Index;

/// How a window slides along one side of an image, counted out step by step.
struct NaiveAxis {
  Index output = 0;
  Index before = 0;  ///< zeros in front
  Index padded = 0;  ///< length with the zeros at both ends

  /// "Same" takes as many zeros as ceil(input / stride) outputs need, the odd one at the end.
  NaiveAxis(Index input, Index window, Index stride, const tweed::AxisPadding& padding,
            Index dilation = 1, bool ceil_mode = false)
      : padded(input) {
    Index reach = 1;  // from the first tap to the last
    for (Index tap = 1; tap < window; ++tap) reach += dilation;
    if (padding.is_same) {
      while (output * stride < input) ++output;
      while (padded < (output - 1) * stride + reach) ++padded;
      before = (padded - input) / 2;
    } else {
      before = padding.before;
      padded = before + input + padding.after;
      while (output * stride + reach <= padded) ++output;
      if (ceil_mode) output = rounded_up(before + input, reach, stride);
    }
  }

  /// As PyTorch defines it: no window begins behind the image, which ends at `end`.
  Index rounded_up(Index end, Index reach, Index stride) const {
    const double steps = static_cast<double>(padded - reach) / static_cast<double>(stride);
    const auto windows = static_cast<Index>(std::ceil(steps)) + 1;
    if (windows < 1) return 0;
    return (windows - 1) * stride < end ? windows : windows - 1;
  }
};

}  // namespace tests
