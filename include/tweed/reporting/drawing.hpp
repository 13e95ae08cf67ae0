#pragma once

#include <tweed/data/image.hpp>

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

/// Pictures put together of pictures and text. Needs stb_easy_font.
namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// A corner of a rectangle, as stb_easy_font writes it: four of them for each.
struct FontVertex {
  float x, y, z;
  std::array<unsigned char, 4> colour;
};

using FontRectangle = std::array<FontVertex, 4>;

[[gnu::cold]] inline std::vector<FontRectangle> rectangles_of(std::string text) {
  constexpr std::size_t most_per_letter = 8;
  std::vector<FontRectangle> rectangles(text.size() * most_per_letter);
  const auto bytes = static_cast<int>(rectangles.size() * sizeof(FontRectangle));
  const int count = stb_easy_font_print(0, 0, text.data(), nullptr, rectangles.data(), bytes);
  rectangles.resize(static_cast<std::size_t>(count));
  return rectangles;
}

[[gnu::cold]] inline void fill(Index left, Index top, Index right, Index bottom,
                               std::uint8_t brightness, Image& image) {
  const Index channels = image.shape.channels;
  right = std::min(right, image.shape.width);
  left = std::clamp(left, Index{0}, right);
  for (auto y = std::max(top, Index{0}); y < std::min(bottom, image.shape.height); ++y) {
    const auto row = image.pixels.begin() + y * image.shape.width * channels;
    std::fill(row + left * channels, row + right * channels, brightness);
  }
}

}  // namespace detail

/// A picture of one brightness.
[[gnu::cold]] inline Image blank_image(const Shape& shape, std::uint8_t brightness) {
  return {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.size()), brightness)};
}

/// Puts one picture on another of as many channels, its upper left corner at (x, y). It has to fit.
[[gnu::cold]] inline void paste(const Image& image, Index x, Index y, Image& onto) {
  const Index length = image.shape.width * image.shape.channels;
  for (Index row = 0; row < image.shape.height; ++row) {
    std::copy_n(image.pixels.begin() + row * length, length,
                onto.pixels.begin() + ((y + row) * onto.shape.width + x) * onto.shape.channels);
  }
}

/// How wide and how high text is, in pixels of the font, each `scale` pixels of a picture wide.
[[gnu::cold]] inline Index text_width(std::string text, Index scale) {
  return scale * stb_easy_font_width(text.data());
}
inline Index text_height(Index scale) { return scale * 10; }

/// Writes one line of ASCII, its upper left corner at (x, y); what sticks out is cut off.
[[gnu::cold]] inline void draw_text(const std::string& text, Index x, Index y, Index scale,
                                    std::uint8_t brightness, Image& onto) {
  const auto scaled = [scale](float position) { return scale * std::lround(position); };
  for (const auto& rectangle : detail::rectangles_of(text)) {
    const auto& [left, top, z1, c1] = rectangle[0];
    const auto& [right, bottom, z2, c2] = rectangle[2];
    detail::fill(x + scaled(left), y + scaled(top), x + scaled(right), y + scaled(bottom),
                 brightness, onto);
  }
}

}  // namespace TWEED_NAMESPACE::reporting
