#pragma once

#include <tweed/data/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

inline constexpr Index fashion_mnist_side = 28;

/// What is no brighter than that over the background belongs to it: 5 %, as in the data set.
inline constexpr int background_noise = 13;

/// The median of the four corners: no object reaches into most of them.
[[gnu::cold]] inline std::uint8_t corner_brightness(const Image& grey) {
  const auto [height, width, channels] = grey.shape;
  const Index corner = std::max<Index>(1, std::min(height, width) / 14);
  std::vector<std::uint8_t> pixels;
  for (const Index top : {Index{0}, height - corner}) {
    for (const Index left : {Index{0}, width - corner}) {
      for (Index y = top; y < top + corner; ++y) {
        const auto row = grey.pixels.begin() + y * width + left;
        pixels.insert(pixels.end(), row, row + corner);
      }
    }
  }
  const auto middle = pixels.begin() + std::ssize(pixels) / 2;
  std::nth_element(pixels.begin(), middle, pixels.end());
  return *middle;
}

/// Takes the background away, so that it is 0 and white stays 255.
[[gnu::cold]] inline void remove_background(Image& image, std::uint8_t background) {
  if (background == 0) return;
  const double scale = 255.0 / (255.0 - background);
  for (std::uint8_t& pixel : image.pixels) {
    const int above = std::max(pixel - background, 0);
    pixel = static_cast<std::uint8_t>(std::lround(above * scale));
  }
}

/// The smallest part of the picture that holds all that stands out; all of it if nothing does.
[[gnu::cold]] inline Image trim_picture(const Image& image) {
  const auto [height, width, channels] = image.shape;
  Index top = height;
  Index bottom = 0;
  Index left = width;
  Index right = 0;
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      if (image.pixels[static_cast<std::size_t>(y * width + x)] <= background_noise) continue;
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
      left = std::min(left, x);
      right = std::max(right, x + 1);
    }
  }
  if (top >= bottom) return image;
  Image part{{bottom - top, right - left, 1}, {}};
  for (Index y = top; y < bottom; ++y) {
    const auto row = image.pixels.begin() + y * width;
    part.pixels.insert(part.pixels.end(), row + left, row + right);
  }
  return part;
}

/// In the middle of 28x28, as large as it fits.
[[gnu::cold]] inline Image fit_into_fashion_mnist(const Image& image) {
  const auto [height, width, channels] = image.shape;
  const Index longest = std::max(height, width);
  const auto scaled = [longest](Index length) {
    return std::max<Index>(1, (2 * length * fashion_mnist_side + longest) / (2 * longest));
  };
  const Image small = resize(image, scaled(height), scaled(width));
  constexpr Index whole = fashion_mnist_side;
  Image square{{whole, whole, 1},
               std::vector<std::uint8_t>(static_cast<std::size_t>(whole * whole))};
  const Index left = (whole - small.shape.width) / 2;
  const Index top = (whole - small.shape.height) / 2;
  for (Index row = 0; row < small.shape.height; ++row) {
    std::copy_n(small.pixels.begin() + row * small.shape.width, small.shape.width,
                square.pixels.begin() + (top + row) * whole + left);
  }
  return square;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE::datasets {

/// What became of somebody's picture on its way to a network for Fashion-MNIST.
struct PreparedPicture {
  Image image;  ///< 28x28x1, light on dark, as the data set's
  bool was_dark_on_light = false;
  bool is_blank = false;   ///< nothing stands out from the background
  Shape trimmed{0, 0, 1};  ///< what was left of it before it was resized
};

/// Does to a picture of any size what was done to those of the data set: grey, light on dark with a
/// background of 0, trimmed to what stands out, resized by area to 28 in its longer direction and
/// put in the middle of 28x28. What the background is like, the corners say. A picture that is
/// 28x28 already is not trimmed.
[[gnu::cold]] inline PreparedPicture prepare_picture(const Image& picture) {
  PreparedPicture prepared;
  Image grey = to_grey(picture);
  std::uint8_t background = tweed::detail::corner_brightness(grey);
  prepared.was_dark_on_light = background > 127;
  if (prepared.was_dark_on_light) {
    for (std::uint8_t& pixel : grey.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    background = static_cast<std::uint8_t>(255 - background);
  }
  tweed::detail::remove_background(grey, background);
  prepared.is_blank = std::ranges::all_of(
      grey.pixels, [](std::uint8_t pixel) { return pixel <= tweed::detail::background_noise; });
  constexpr Index side = tweed::detail::fashion_mnist_side;
  const bool is_finished = grey.shape.height == side && grey.shape.width == side;
  const Image part = is_finished ? std::move(grey) : tweed::detail::trim_picture(grey);
  prepared.trimmed = part.shape;
  prepared.image = tweed::detail::fit_into_fashion_mnist(part);
  return prepared;
}

/// What was done to a picture of this shape, in a line: "640x480 in colour, dark on light:
/// inverted, trimmed to 320x460".
[[gnu::cold]] inline std::string describe(const Shape& picture, const PreparedPicture& prepared) {
  const auto size_text = [](const Shape& shape) {
    return std::to_string(shape.width) + "x" + std::to_string(shape.height);
  };
  std::string text = size_text(picture);
  text += picture.channels == 3 ? " in colour" : " in grey";
  text += prepared.was_dark_on_light ? ", dark on light: inverted" : ", light on dark";
  if (prepared.is_blank) return text + ": nothing stands out from the background";
  if (size_text(prepared.trimmed) != size_text(picture)) {
    text += ", trimmed to " + size_text(prepared.trimmed);
  }
  return text;
}

}  // namespace TWEED_NAMESPACE::datasets
