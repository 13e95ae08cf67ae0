#include "drawing.hpp"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace fashion_mnist {

namespace {

/// A corner of a rectangle, as stb_easy_font writes it: four of them for each.
struct Vertex {
  float x, y, z;
  std::array<unsigned char, 4> colour;
};

using Rectangle = std::array<Vertex, 4>;

std::vector<Rectangle> rectangles_of(std::string text) {
  constexpr std::size_t most_per_letter = 8;
  std::vector<Rectangle> rectangles(text.size() * most_per_letter);
  const int count = stb_easy_font_print(0, 0, text.data(), nullptr, rectangles.data(),
                                        static_cast<int>(rectangles.size() * sizeof(Rectangle)));
  rectangles.resize(static_cast<std::size_t>(count));
  return rectangles;
}

void fill(tweed::Index left, tweed::Index top, tweed::Index right, tweed::Index bottom,
          std::uint8_t brightness, tweed::Image& image) {
  right = std::min(right, image.shape.width);
  left = std::clamp(left, tweed::Index{0}, right);
  for (auto y = std::max(top, tweed::Index{0}); y < std::min(bottom, image.shape.height); ++y) {
    const auto row = image.pixels.begin() + y * image.shape.width;
    std::fill(row + left, row + right, brightness);
  }
}

}  // namespace

tweed::Image blank_image(tweed::Index height, tweed::Index width, std::uint8_t brightness) {
  return {{height, width, 1},
          std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), brightness)};
}

void paste(const tweed::Image& image, tweed::Index x, tweed::Index y, tweed::Image& onto) {
  for (tweed::Index row = 0; row < image.shape.height; ++row) {
    std::copy_n(image.pixels.begin() + row * image.shape.width, image.shape.width,
                onto.pixels.begin() + (y + row) * onto.shape.width + x);
  }
}

tweed::Index text_width(const std::string& text, tweed::Index scale) {
  return scale * stb_easy_font_width(std::string(text).data());
}

tweed::Index text_height(tweed::Index scale) { return scale * 10; }

void draw_text(const std::string& text, tweed::Index x, tweed::Index y, tweed::Index scale,
               std::uint8_t brightness, tweed::Image& onto) {
  const auto scaled = [scale](float position) { return scale * std::lround(position); };
  for (const Rectangle& rectangle : rectangles_of(text)) {
    const auto& [left, top, z1, c1] = rectangle[0];
    const auto& [right, bottom, z2, c2] = rectangle[2];
    fill(x + scaled(left), y + scaled(top), x + scaled(right), y + scaled(bottom), brightness,
         onto);
  }
}

}  // namespace fashion_mnist
