#include "contact_sheet.hpp"

#include "drawing.hpp"
#include "format.hpp"
#include "sample_image.hpp"

#include <algorithm>

namespace fashion_mnist {

using tweed::Dataset;
using tweed::Image;
using tweed::Index;

namespace {

/// Measures of the PNG, in pixels.
constexpr Index enlargement = 4;
constexpr Index text_scale = 2;
constexpr Index columns = 5;
constexpr Index gap = 24;
constexpr Index text_distance = 8;

constexpr std::uint8_t paper = 255;
constexpr std::uint8_t ink = 40;

/// A pixel of text: the upper and the lower half of a letter's place.
std::string half_blocks(std::uint8_t upper, std::uint8_t lower) {
  const auto colour = [](const char* layer, std::uint8_t grey) {
    const std::string value = std::to_string(grey);
    return std::string("\x1b[") + layer + ";2;" + value + ';' + value + ';' + value + 'm';
  };
  return colour("38", upper) + colour("48", lower) + "\u2580";
}

/// One line of a picture's text, made of two of its rows.
std::string text_row(const Image& image, Index row) {
  const Index width = image.shape.width;
  const auto upper = image.pixels.begin() + row * width;
  const bool has_lower = row + 1 < image.shape.height;
  std::string text;
  for (Index x = 0; x < width; ++x) {
    text += half_blocks(upper[x], has_lower ? upper[x + width] : std::uint8_t{0});
  }
  return text + "\x1b[0m";
}

}  // namespace

Image contact_sheet(const Dataset<>& data, Index count) {
  const Index shown = std::min(count, data.size());
  const Index cell_width = enlargement * data.shape.width + gap;
  const Index text_room = text_distance + text_height(text_scale);
  const Index cell_height = enlargement * data.shape.height + text_room + gap;
  const Index rows = (shown + columns - 1) / columns;
  Image sheet = blank_image(rows * cell_height + gap, columns * cell_width + gap, paper);
  for (Index i = 0; i < shown; ++i) {
    const Index x = gap + i % columns * cell_width;
    const Index y = gap + i / columns * cell_height;
    const Image image =
        resize(image_of(data, i), enlargement * data.shape.height, enlargement * data.shape.width);
    paste(image, x, y, sheet);
    const std::string& name = label_name(data, i);
    draw_text(name, x + (image.shape.width - text_width(name, text_scale)) / 2,
              y + image.shape.height + text_distance, text_scale, ink, sheet);
  }
  return sheet;
}

std::string terminal_sheet(const Dataset<>& data, Index count, int columns_there_are) {
  // Half the size where five in a row would not fit otherwise.
  const bool is_wide = columns_there_are >= columns * (data.shape.width + 1);
  const Index height = is_wide ? data.shape.height : (data.shape.height + 1) / 2;
  const Index width = is_wide ? data.shape.width : (data.shape.width + 1) / 2;
  const Index a_row = std::clamp<Index>(columns_there_are / (width + 1), 1, columns);
  const Index shown = std::min(count, data.size());
  std::string text;
  for (Index first = 0; first < shown; first += a_row) {
    const Index end = std::min(first + a_row, shown);
    std::vector<Image> images;
    for (Index i = first; i < end; ++i) images.push_back(resize(image_of(data, i), height, width));
    for (Index row = 0; row < height; row += 2) {
      for (const Image& image : images) text += text_row(image, row) + ' ';
      text += '\n';
    }
    for (Index i = first; i < end; ++i) {
      text += align_left(label_name(data, i), static_cast<int>(width) + 1);
    }
    text += "\n\n";
  }
  return text;
}

}  // namespace fashion_mnist
