#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
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

/// Resamples images of one shape to another height and width, each new pixel the mean of the old
/// area under it.
class AreaResampling {
 public:
  AreaResampling(const Shape& from, Index height, Index width)
      : from_(from), rows_(from.height, height), columns_(from.width, width) {}

  /// An image [h,w,c] into one of the new size.
  template <class Pixel>
  void operator()(const Pixel* image, Pixel* to) const {
    const Index channels = from_.channels;
    std::vector<double> column_means(static_cast<std::size_t>(from_.width * channels));
    for (const auto& row : rows_.positions) {
      std::fill(column_means.begin(), column_means.end(), 0.0);
      const Pixel* from = image + row.first * from_.width * channels;
      for (const double weight : row.weights) {
        for (double& mean : column_means) mean += weight * static_cast<double>(*from++);
      }
      for (const auto& column : columns_.positions) {
        for (Index c = 0; c < channels; ++c) {
          double mean = 0.0;
          const double* old = column_means.data() + column.first * channels + c;
          for (const double weight : column.weights) {
            mean += weight * *old;
            old += channels;
          }
          *to++ = pixel_of<Pixel>(mean);
        }
      }
    }
  }

 private:
  template <class Pixel>
  static Pixel pixel_of(double mean) {
    if constexpr (std::is_floating_point_v<Pixel>) {
      return static_cast<Pixel>(mean);
    } else {
      return static_cast<Pixel>(std::lround(std::min(mean, 255.0)));
    }
  }

  Shape from_;
  AreaWeights rows_;
  AreaWeights columns_;
};

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

/// The picture in `height` x `width`, each new pixel the mean of the old area under it. The size is
/// at least 1x1, as is the picture's.
inline Image resize(const Image& image, Index height, Index width) {
  if (height == image.shape.height && width == image.shape.width) return image;
  Image resized{{height, width, image.shape.channels}, {}};
  resized.pixels.resize(static_cast<std::size_t>(resized.shape.size()));
  const detail::AreaResampling resample(image.shape, height, width);
  resample(image.pixels.data(), resized.pixels.data());
  return resized;
}

}  // namespace TWEED_NAMESPACE
