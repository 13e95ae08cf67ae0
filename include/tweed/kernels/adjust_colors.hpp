#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/kernels/color_factors.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// How bright a pixel is: of red, green and blue as the eye sees them (ITU-R BT.601), else the mean
/// of its channels.
template <class T>
T grey(const T* pixel, Index channels) {
  if (channels == 3) return T(0.2989) * pixel[0] + T(0.587) * pixel[1] + T(0.114) * pixel[2];
  T sum{};
  for (Index c = 0; c < channels; ++c) sum += pixel[c];
  return sum / static_cast<T>(channels);
}

/// Changes an image [h,w,c] in place.
template <class T>
void adjust_colors(const Shape& shape, const ColorFactors& by, T* image) {
  const Index pixels = shape.height * shape.width;
  const auto lowest = static_cast<T>(by.lowest);
  const auto highest = static_cast<T>(by.highest);
  const auto blend = [&](T* values, Index count, T factor, T other) {
    const T offset = (T{1} - factor) * other;
    for (Index i = 0; i < count; ++i) {
      values[i] = std::min(std::max(factor * values[i] + offset, lowest), highest);
    }
  };
  if (by.brightness != 1.0) blend(image, shape.size(), static_cast<T>(by.brightness), T{});
  if (by.contrast != 1.0) {
    double sum = 0.0;
    for (Index i = 0; i < pixels; ++i) {
      sum += static_cast<double>(grey(image + i * shape.channels, shape.channels));
    }
    blend(image, shape.size(), static_cast<T>(by.contrast),
          static_cast<T>(sum / static_cast<double>(pixels)));
  }
  if (by.saturation != 1.0) {
    for (Index i = 0; i < pixels; ++i) {
      T* const pixel = image + i * shape.channels;
      blend(pixel, shape.channels, static_cast<T>(by.saturation), grey(pixel, shape.channels));
    }
  }
}

}  // namespace TWEED_NAMESPACE::kernels
