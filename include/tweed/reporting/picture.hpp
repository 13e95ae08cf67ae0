#pragma once

#include <tweed/data/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// What a picture shows of numbers [h,w,c]: of other than one or three channels the first. All are
/// 0 where any of them is not finite.
[[gnu::cold]] inline std::vector<float> drawn_values(std::span<const float> values,
                                                     const Shape& shape) {
  const Index shown = shape.channels == 3 ? 3 : 1;
  std::vector<float> drawn;
  for (Index at = 0; at < std::ssize(values); at += shape.channels) {
    const auto first = values.begin() + at;
    drawn.insert(drawn.end(), first, first + shown);
  }
  const bool is_finite =
      std::ranges::all_of(drawn, [](float value) { return std::isfinite(value); });
  if (!is_finite) drawn.assign(drawn.size(), 0.0F);
  return drawn;
}

}  // namespace detail

/// The least and the greatest of the numbers that a picture shows.
struct Brightness {
  float black = 0.0F;
  float white = 1.0F;
};

[[gnu::cold]] inline Brightness brightness_of(std::span<const float> values, const Shape& shape) {
  const auto drawn = detail::drawn_values(values, shape);
  if (drawn.empty()) return {};
  const auto [low, high] = std::ranges::minmax(drawn);
  return {low, high};
}

/// Numbers [h,w,c] as a picture, with what is below black as black, and above white as white. Of
/// other than one or three channels it is the first.
[[gnu::cold]] inline Image picture_of(std::span<const float> values, const Shape& shape,
                                      const Brightness& range) {
  Image image{{shape.height, shape.width, shape.channels == 3 ? 3 : 1}, {}};
  const bool has_range = range.white > range.black;
  const float scale = has_range ? 255.0F / (range.white - range.black) : 0.0F;
  for (const float value : detail::drawn_values(values, shape)) {
    const float scaled = std::clamp(scale * (value - range.black), 0.0F, 255.0F);
    image.pixels.push_back(static_cast<std::uint8_t>(std::lround(scaled)));
  }
  return image;
}

/// The least number is black, the greatest white.
[[gnu::cold]] inline Image picture_of(std::span<const float> values, const Shape& shape) {
  return picture_of(values, shape, brightness_of(values, shape));
}

/// A picture for a page, shrunk where it has a side of more than `most` pixels.
[[gnu::cold]] inline Image page_sized(const Image& image, Index most = 192) {
  const Index longest = std::max(image.shape.height, image.shape.width);
  if (longest <= most) return image;
  const auto scaled = [&](Index side) { return std::max<Index>(1, side * most / longest); };
  return resize(image, scaled(image.shape.height), scaled(image.shape.width));
}

}  // namespace TWEED_NAMESPACE::reporting
