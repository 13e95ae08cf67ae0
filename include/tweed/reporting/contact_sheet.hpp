#pragma once

#include <tweed/core/error.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/reporting/drawing.hpp>
#include <tweed/reporting/number_format.hpp>
#include <tweed/reporting/sample_image.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

namespace reporting {

/// A picture, and a line below it.
struct CaptionedImage {
  Image image;
  std::string caption;
};

/// The first `count` samples of a classification's data, or all if there are fewer, with the names
/// of their classes. Throws Error where they are no images.
template <class Data>
std::vector<CaptionedImage> first_images(const Data& data, Index count) {
  std::vector<CaptionedImage> images;
  for (Index i = 0; i < std::min(count, data.size()); ++i) {
    auto image = sample_image(data, i);
    if (!image) throw Error("contact sheet: the samples are no images");
    const auto label = static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)]);
    images.push_back({std::move(*image), label < data.class_names.size() ? data.class_names[label]
                                                                         : std::to_string(label)});
  }
  return images;
}

namespace detail {

/// Measures of a sheet, in pixels.
inline constexpr Index sheet_image = 112;  // least width of an image
inline constexpr Index sheet_text = 2;     // scale of the font
inline constexpr Index sheet_columns = 5;
inline constexpr Index sheet_gap = 24;
inline constexpr Index sheet_text_distance = 8;

/// A pixel of text: the upper and the lower half of a letter's place.
[[gnu::cold]] inline std::string half_blocks(const std::uint8_t* upper, const std::uint8_t* lower,
                                             Index channels) {
  const auto colour = [channels](const char* layer, const std::uint8_t* pixel) {
    std::string text = tweed::detail::text("\x1b[", layer, ";2");
    for (Index c = 0; c < 3; ++c) {
      text += tweed::detail::text(";", int{pixel[channels == 3 ? c : 0]});
    }
    return text + 'm';
  };
  return colour("38", upper) + colour("48", lower) + "\u2580";
}

/// One line of a picture's text, made of two of its rows.
[[gnu::cold]] inline std::string text_row(const Image& image, Index row) {
  constexpr std::array<std::uint8_t, 3> black{};
  const auto& [height, width, channels] = image.shape;
  const std::uint8_t* const upper = image.pixels.data() + row * width * channels;
  std::string text;
  for (Index x = 0; x < width; ++x) {
    const std::uint8_t* const pixel = upper + x * channels;
    text +=
        half_blocks(pixel, row + 1 < height ? pixel + width * channels : black.data(), channels);
  }
  return text + "\x1b[0m";
}

}  // namespace detail

}  // namespace reporting

/// Pictures of one size in rows of five, each with its caption below.
[[gnu::cold]] inline Image contact_sheet(const std::vector<reporting::CaptionedImage>& images) {
  using namespace reporting;
  using namespace reporting::detail;
  if (images.empty()) throw Error("contact sheet: there are no images");
  const Shape shape = images.front().image.shape;
  const Index factor = std::max<Index>(1, sheet_image / shape.width);
  const Index cell_width = factor * shape.width + sheet_gap;
  const Index text_room = sheet_text_distance + text_height(sheet_text);
  const Index cell_height = factor * shape.height + text_room + sheet_gap;
  const Index rows = (std::ssize(images) + sheet_columns - 1) / sheet_columns;
  Image sheet = blank_image(
      {rows * cell_height + sheet_gap, sheet_columns * cell_width + sheet_gap, shape.channels},
      255);
  for (Index i = 0; i < std::ssize(images); ++i) {
    const auto& [image, caption] = images[static_cast<std::size_t>(i)];
    const Index x = sheet_gap + i % sheet_columns * cell_width;
    const Index y = sheet_gap + i / sheet_columns * cell_height;
    paste(resize(image, factor * shape.height, factor * shape.width), x, y, sheet);
    draw_text(caption, x + (factor * shape.width - text_width(caption, sheet_text)) / 2,
              y + factor * shape.height + sheet_text_distance, sheet_text, 40, sheet);
  }
  return sheet;
}

/// Pictures of one size as text in 24-bit colour, for a terminal: as many a row as fit into
/// `columns`, five at most.
[[gnu::cold]] inline std::string terminal_sheet(
    const std::vector<reporting::CaptionedImage>& images, int columns) {
  using namespace reporting::detail;
  if (images.empty()) return {};
  const Shape shape = images.front().image.shape;
  // Half the size where five in a row would not fit otherwise.
  const bool is_wide = columns >= sheet_columns * (shape.width + 1);
  const Index height = is_wide ? shape.height : (shape.height + 1) / 2;
  const Index width = is_wide ? shape.width : (shape.width + 1) / 2;
  const auto a_row =
      static_cast<std::size_t>(std::clamp<Index>(columns / (width + 1), 1, sheet_columns));
  std::string text;
  for (std::size_t first = 0; first < images.size(); first += a_row) {
    const auto row = std::span(images).subspan(first, std::min(a_row, images.size() - first));
    std::vector<Image> small;
    for (const auto& image : row) small.push_back(resize(image.image, height, width));
    for (Index y = 0; y < height; y += 2) {
      for (const Image& image : small) text += text_row(image, y) + ' ';
      text += '\n';
    }
    for (const auto& image : row) {
      text += reporting::align_left(image.caption, static_cast<int>(width) + 1);
    }
    text += "\n\n";
  }
  return text;
}

}  // namespace TWEED_NAMESPACE
