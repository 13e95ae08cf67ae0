#pragma once

#include <tweed/data/batches.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// Images in memory with a label for each of their pixels. Bytes are scaled to [0, 1] on their way
/// into a batch, as in a `Dataset`. The loss is `PixelSoftmaxCE`, for a network whose output has
/// the height and width of the images and a channel for each class.
template <class Pixel = std::uint8_t>
struct SegmentationDataset {
  Shape shape{1, 1, 0};                  ///< of one image
  std::vector<Pixel> images;             ///< [n,h,w,c]
  std::vector<Label> labels;             ///< [n,h,w], classes, or what the loss ignores
  std::vector<std::string> class_names;  ///< may be empty
  std::vector<float> weights = {};       ///< of each image's loss [n]; none: 1 each

  Index size() const { return std::ssize(labels) / std::max<Index>(targets_per_sample(), 1); }

  /// What a batch has for each image: a label a pixel.
  template <class T>
  using Target = Label;
  Index targets_per_sample() const { return shape.height * shape.width; }
  Shape label_shape() const { return {shape.height, shape.width, 1}; }
};

/// A label for each pixel of images, of the other parts of a `ZipDataset`.
struct LabelImages {
  static constexpr Shape shape{1, 1, 0};  ///< there are no samples here

  Index height = 1;
  Index width = 1;
  std::vector<Label> labels;        ///< [n,height,width], classes, or what the loss ignores
  std::vector<float> weights = {};  ///< of each image's loss [n]; none: 1 each

  Index size() const { return std::ssize(labels) / std::max<Index>(targets_per_sample(), 1); }

  template <class T>
  using Target = Label;
  Index targets_per_sample() const { return height * width; }
  Shape label_shape() const { return {height, width, 1}; }
};

namespace detail {

template <>
inline constexpr std::size_t input_count<LabelImages> = 0;

template <HasLabelImages Data>
[[gnu::cold]] void check_whole_labels(const Data& data, std::string_view who) {
  const Shape shape = data.label_shape();
  if (shape.size() < 1 || std::ssize(data.labels) != data.size() * shape.size()) {
    throw Error(text(who, ": ", std::ssize(data.labels), " labels do not make whole images of ",
                     shape.height, "x", shape.width));
  }
  check_weights(data.weights, data.size(), who);
}

}  // namespace detail

/// Throws Error, which begins with `who`, unless there is a label for each pixel.
template <class Pixel>
[[gnu::cold]] void check_whole(const SegmentationDataset<Pixel>& data,
                               std::string_view who = "data set") {
  detail::check_whole_labels(data, who);
  if (std::ssize(data.images) != data.size() * data.shape.size()) {
    throw Error(detail::text(who, ": labels of ", data.size(), " images want ",
                             data.size() * data.shape.size(), " values, there are ",
                             std::ssize(data.images)));
  }
}
inline void check_whole(const LabelImages& data, std::string_view who = "data set") {
  detail::check_whole_labels(data, who);
}

/// Throws Error unless `data` is whole, with labels for the pixels of `output`. Which labels there
/// may be, losses and metrics say.
template <detail::HasLabelImages Data>
void check_targets(const Data& data, const Shape& output, std::string_view who = "data set") {
  const Shape labels = data.label_shape();
  if (labels.height != output.height || labels.width != output.width) {
    throw Error(detail::text(who, ": its labels are of ", labels.height, "x", labels.width,
                             " pixels, the network puts out ", to_string(output)));
  }
  check_whole(data, who);
}

namespace detail {

/// Copies the labels of the images at `positions` into `labels` [n,h,w].
template <HasLabelImages Data>
void gather_labels(const Data& data, std::span<const Index> positions, std::span<Label> labels,
                   int threads) {
  const Index pixels = data.targets_per_sample();
  parallel_for(std::ssize(positions), threads, [&](Index i, int) {
    const Index from = positions[static_cast<std::size_t>(i)];
    std::copy_n(data.labels.data() + from * pixels, pixels, labels.data() + i * pixels);
  });
}

}  // namespace detail

/// Copies the images at `positions` into x [n,h,w,c] and their labels into `labels` [n,h,w].
template <class Pixel, class T>
void gather(const SegmentationDataset<Pixel>& data, std::span<const Index> positions,
            const Batch<T>& x, std::span<Label> labels, int threads = 1) {
  const Index size = data.shape.size();
  parallel_for(std::ssize(positions), threads, [&](Index i, int) {
    const Index from = positions[static_cast<std::size_t>(i)];
    detail::copy_pixels(data.images.data() + from * size, size, x.sample(i));
  });
  detail::gather_labels(data, positions, labels, threads);
}
template <class T>
void gather(const LabelImages& data, std::span<const Index> positions, const Batch<T>&,
            std::span<Label> labels, int threads = 1) {
  detail::gather_labels(data, positions, labels, threads);
}

}  // namespace TWEED_NAMESPACE
