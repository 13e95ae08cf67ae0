#pragma once

#include <tweed/data/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// Numbers [h,w,c] as a picture: the least is black, the greatest white. Of other than one or three
/// channels it is the first.
[[gnu::cold]] inline Image picture_of(std::span<const float> values, const Shape& shape) {
  const Index shown = shape.channels == 3 ? 3 : 1;
  Image image{{shape.height, shape.width, shown}, {}};
  std::vector<float> chosen;
  for (Index at = 0; at < std::ssize(values); at += shape.channels) {
    const auto first = values.begin() + at;
    chosen.insert(chosen.end(), first, first + shown);
  }
  std::erase_if(chosen, [](float value) { return !std::isfinite(value); });
  if (std::ssize(chosen) != image.shape.size())
    chosen.assign(static_cast<std::size_t>(image.shape.size()), 0.0F);
  const auto [low, high] = std::ranges::minmax(chosen);
  const float scale = high > low ? 255.0F / (high - low) : 0.0F;
  for (const float value : chosen) {
    image.pixels.push_back(static_cast<std::uint8_t>(std::lround(scale * (value - low))));
  }
  return image;
}

/// A picture for a page: enlarged by whole pixels to no less than 28, or shrunk to no more than
/// 192.
[[gnu::cold]] inline Image page_sized(const Image& image) {
  constexpr Index most = 192;
  const Index longest = std::max(image.shape.height, image.shape.width);
  if (longest <= most) return image;
  const auto scaled = [&](Index side) { return std::max<Index>(1, side * most / longest); };
  return resize(image, scaled(image.shape.height), scaled(image.shape.width));
}

}  // namespace TWEED_NAMESPACE::reporting
