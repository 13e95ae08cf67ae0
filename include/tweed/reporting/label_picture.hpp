#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/data/image.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace TWEED_NAMESPACE::reporting {

using Colour = std::array<std::uint8_t, 3>;

/// The colour of a class in pictures: ten that are easy to tell apart, then others, around the
/// colour circle by the golden angle. The first, which is background more often than not, is dark.
[[gnu::cold]] inline Colour class_colour(Index label) {
  constexpr std::array<Colour, 10> first{{{38, 36, 34},
                                          {217, 84, 54},
                                          {58, 134, 181},
                                          {156, 173, 55},
                                          {150, 104, 190},
                                          {226, 168, 48},
                                          {64, 168, 150},
                                          {226, 120, 170},
                                          {140, 98, 62},
                                          {170, 170, 165}}};
  if (label >= 0 && label < std::ssize(first)) return first[static_cast<std::size_t>(label)];
  const double turn = 0.618034 * static_cast<double>(label);
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double angle = 6.283185 * (turn + static_cast<double>(c) / 3.0);
    colour[c] = static_cast<std::uint8_t>(std::lround(140.0 + 90.0 * std::cos(angle)));
  }
  return colour;
}

/// A label a pixel [h,w] as a picture in the colours of the classes; what is no class is white.
[[gnu::cold]] inline Image label_picture(std::span<const Label> labels, Index height, Index width,
                                         Index classes) {
  Image image{{height, width, 3}, {}};
  for (const Label label : labels) {
    const bool is_class = label >= 0 && label < classes;
    const Colour colour = is_class ? class_colour(label) : Colour{255, 255, 255};
    image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  }
  return image;
}

/// Masks [h,w,c] as a picture: where a value is above `threshold`, the mean of the colours of the
/// labels whose masks lie there.
[[gnu::cold]] inline Image mask_picture(std::span<const float> masks, const Shape& shape,
                                        float threshold) {
  Image image{{shape.height, shape.width, 3}, {}};
  for (Index at = 0; at < std::ssize(masks); at += shape.channels) {
    std::array<int, 3> sum{};
    int count = 0;
    for (Index c = 0; c < shape.channels; ++c) {
      if (!(masks[static_cast<std::size_t>(at + c)] > threshold)) continue;
      const Colour colour = class_colour(c + 1);
      for (std::size_t i = 0; i < 3; ++i) sum[i] += colour[i];
      ++count;
    }
    const Colour ground = class_colour(0);
    for (std::size_t i = 0; i < 3; ++i) {
      image.pixels.push_back(count == 0 ? ground[i] : static_cast<std::uint8_t>(sum[i] / count));
    }
  }
  return image;
}

}  // namespace TWEED_NAMESPACE::reporting
