#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>

namespace tweed {

/// Height and width of a convolution kernel or a pooling window: `Window{3, 5}`, or `5` for a
/// square.
struct Window {
  Index height;
  Index width;
  constexpr Window(Index side) : height(side), width(side) {}
  constexpr Window(Index height_, Index width_) : height(height_), width(width_) {}
};

/// Step between two windows, down and to the right.
struct Stride {
  Index height;
  Index width;
  constexpr Stride(Index both) : height(both), width(both) {}
  constexpr Stride(Index height_, Index width_) : height(height_), width(width_) {}
};

/// Distance between neighbouring taps of a kernel: 1 where they touch.
struct Dilation {
  Index height;
  Index width;
  constexpr Dilation(Index both) : height(both), width(both) {}
  constexpr Dilation(Index height_, Index width_) : height(height_), width(width_) {}
};

/// "3x5".
inline std::string to_string(const Window& window) {
  return std::to_string(window.height) + "x" + std::to_string(window.width);
}
inline std::string to_string(const Stride& stride) {
  return to_string(Window{stride.height, stride.width});
}
inline std::string to_string(const Dilation& dilation) {
  return to_string(Window{dilation.height, dilation.width});
}

/// `same`: zeros around the image, so that the output has ceil(input / stride) rows and columns; an
/// odd zero goes to the bottom and right, as in Keras. `valid`: no padding.
enum class Padding { same, valid };

/// One axis of a window that slides over an image: output `o` sees the inputs
/// `o * stride - before + t * dilation` for each tap `t` of the window.
struct SlidingAxis {
  Index input;
  Index window;
  Index stride;
  Index before;  ///< zeros before the first input
  Index output;
  Index dilation = 1;

  /// Inputs from the first tap to the last.
  constexpr Index span() const { return (window - 1) * dilation + 1; }

  /// First and one-past-last tap of output `o` that fall inside the input. None does where the end
  /// is not behind the first.
  constexpr Index first_tap(Index o) const {
    return std::max<Index>(0, taps_within(before - o * stride));
  }
  constexpr Index end_tap(Index o) const {
    return std::min(window, taps_within(input + before - o * stride));
  }

 private:
  /// How many taps it takes to get `length` far, rounded up.
  constexpr Index taps_within(Index length) const { return (length + dilation - 1) / dilation; }
};

/// Output size and padding of one axis; the output is 0 where a valid window does not fit.
constexpr SlidingAxis slide(Index input, Index window, Index stride, Padding padding,
                            Index dilation = 1) {
  const Index span = (window - 1) * dilation + 1;
  if (padding == Padding::valid) {
    return {input, window, stride, 0, input < span ? 0 : (input - span) / stride + 1, dilation};
  }
  const Index output = (input + stride - 1) / stride;
  const Index zeros = std::max<Index>(0, (output - 1) * stride + span - input);
  return {input, window, stride, zeros / 2, output, dilation};
}

}  // namespace tweed
