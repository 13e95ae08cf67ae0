#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace TWEED_NAMESPACE {

/// A picture: rows from top to bottom, one channel (grey) or three (red, green, blue).
struct Image {
  Shape shape{0, 0, 1};
  std::vector<std::uint8_t> pixels;  ///< [h,w,c]

  friend bool operator==(const Image&, const Image&) = default;
};

/// The brightness of a picture, one channel; the weights of the colours are those of ITU-R BT.601.
inline Image to_grey(const Image& image) {
  if (image.shape.channels == 1) return image;
  Image grey{{image.shape.height, image.shape.width, 1}, {}};
  grey.pixels.reserve(static_cast<std::size_t>(grey.shape.size()));
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    const int weighted =
        299 * image.pixels[i] + 587 * image.pixels[i + 1] + 114 * image.pixels[i + 2];
    grey.pixels.push_back(static_cast<std::uint8_t>((weighted + 500) / 1000));
  }
  return grey;
}

}  // namespace TWEED_NAMESPACE

namespace TWEED_NAMESPACE::detail {

/// One axis of a resampling: which old positions, from `first` on and with what weights, make up
/// each new one. The weights are the shares of the new pixel that the old ones cover.
struct AreaWeights {
  struct Position {
    Index first;
    std::vector<double> weights;
  };

  std::vector<Position> positions;

  AreaWeights(Index from, Index to) {
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    for (Index i = 0; i < to; ++i) {
      const double begin = static_cast<double>(i) * scale;
      const double end = std::min(begin + scale, static_cast<double>(from));
      Position position{static_cast<Index>(begin), {}};
      for (Index j = position.first; j < from && static_cast<double>(j) < end; ++j) {
        const double covered =
            std::min(end, static_cast<double>(j + 1)) - std::max(begin, static_cast<double>(j));
        position.weights.push_back(covered / scale);
      }
      positions.push_back(std::move(position));
    }
  }
};

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

/// The picture in `height` x `width`, each new pixel the mean of the old area under it. The size is
/// at least 1x1, as is the picture's.
inline Image resize(const Image& image, Index height, Index width) {
  const auto& [old_height, old_width, channels] = image.shape;
  if (height == old_height && width == old_width) return image;
  const detail::AreaWeights columns(old_width, width);
  const detail::AreaWeights rows(old_height, height);
  Image resized{{height, width, channels}, {}};
  resized.pixels.reserve(static_cast<std::size_t>(resized.shape.size()));
  std::vector<double> column_means(static_cast<std::size_t>(old_width * channels));
  for (const auto& row : rows.positions) {
    std::fill(column_means.begin(), column_means.end(), 0.0);
    const std::uint8_t* from = image.pixels.data() + row.first * old_width * channels;
    for (const double weight : row.weights) {
      for (double& mean : column_means) mean += weight * *from++;
    }
    for (const auto& column : columns.positions) {
      for (Index c = 0; c < channels; ++c) {
        double mean = 0.0;
        const double* old = column_means.data() + column.first * channels + c;
        for (const double weight : column.weights) {
          mean += weight * *old;
          old += channels;
        }
        resized.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::min(mean, 255.0))));
      }
    }
  }
  return resized;
}

}  // namespace TWEED_NAMESPACE
