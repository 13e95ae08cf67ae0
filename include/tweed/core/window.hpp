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

/// "3x5".
inline std::string to_string(const Window& window) {
  return std::to_string(window.height) + "x" + std::to_string(window.width);
}
inline std::string to_string(const Stride& stride) {
  return to_string(Window{stride.height, stride.width});
}

/// `same`: zeros around the image, so that the output has ceil(input / stride) rows and columns; an
/// odd zero goes to the bottom and right, as in Keras. `valid`: no padding.
enum class Padding { same, valid };

/// One axis of a window that slides over an image: output `o` sees the inputs
/// `o * stride - before ... o * stride - before + window - 1`.
struct SlidingAxis {
  Index input;
  Index window;
  Index stride;
  Index before;  ///< zeros before the first input
  Index output;

  /// First and one-past-last tap of output `o` that fall inside the input.
  constexpr Index first_tap(Index o) const { return std::max<Index>(0, before - o * stride); }
  constexpr Index end_tap(Index o) const { return std::min(window, input + before - o * stride); }
};

/// Output size and padding of one axis; the output is 0 where a valid window does not fit.
constexpr SlidingAxis slide(Index input, Index window, Index stride, Padding padding) {
  if (padding == Padding::valid) {
    return {input, window, stride, 0, input < window ? 0 : (input - window) / stride + 1};
  }
  const Index output = (input + stride - 1) / stride;
  const Index zeros = std::max<Index>(0, (output - 1) * stride + window - input);
  return {input, window, stride, zeros / 2, output};
}

}  // namespace tweed
