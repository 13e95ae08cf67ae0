#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/data/image.hpp>
#include <tweed/data/samples.hpp>
#include <tweed/data/segmentation_dataset.hpp>

#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// The shape of resized samples. Throws Error where a side is below 1, or the data are not whole.
template <DatasetPart Data>
[[gnu::cold]] Shape checked_new_shape(const Data& data, Index height, Index width) {
  check_option("resized", "height", height, {.from = 1});
  check_option("resized", "width", width, {.from = 1});
  check_whole(data, "resized");
  return {height, width, data.shape.channels};
}

/// Images [n,h,w,c] in another height and width, on all threads.
template <class Pixel>
std::vector<Pixel> resized_images(const std::vector<Pixel>& images, const Shape& from,
                                  const Shape& to) {
  if (to == from || images.empty()) return images;
  const Index count = std::ssize(images) / from.size();
  std::vector<Pixel> result(static_cast<std::size_t>(count * to.size()));
  const AreaResampling resample(from, to.height, to.width);
  parallel_for(count, resolve_threads(0), [&](Index i, int) {
    resample(images.data() + i * from.size(), result.data() + i * to.size());
  });
  return result;
}

/// Images of labels [n,h,w] in another height and width: each new pixel has the label in the middle
/// of it.
[[gnu::cold]] inline std::vector<Label> resized_labels(const std::vector<Label>& labels,
                                                       const Shape& from, const Shape& to) {
  if (to == from || labels.empty()) return labels;
  const Index count = std::ssize(labels) / (from.height * from.width);
  std::vector<Label> result;
  result.reserve(static_cast<std::size_t>(count * to.height * to.width));
  for (Index i = 0; i < count; ++i) {
    for (Index y = 0; y < to.height; ++y) {
      const Index row = i * from.height + (2 * y + 1) * from.height / (2 * to.height);
      for (Index x = 0; x < to.width; ++x) {
        const Index column = (2 * x + 1) * from.width / (2 * to.width);
        result.push_back(labels[static_cast<std::size_t>(row * from.width + column)]);
      }
    }
  }
  return result;
}

}  // namespace detail

/// A data set in memory whose images are of `height` x `width`, each new pixel the mean of the old
/// area under it, as in `resize`. Throws Error where a side is below 1, or the data are not whole.
///
///     fit(small_model, SoftmaxCE{}, Adam{}, resized(train, 16, 16));
template <class Pixel>
Dataset<Pixel> resized(const Dataset<Pixel>& data, Index height, Index width) {
  const Shape to = detail::checked_new_shape(data, height, width);
  return {to, detail::resized_images(data.images, data.shape, to), data.labels, data.class_names,
          data.weights};
}
template <class Value>
RegressionDataset<Value> resized(const RegressionDataset<Value>& data, Index height, Index width) {
  const Shape to = detail::checked_new_shape(data, height, width);
  return {to, detail::resized_images(data.samples, data.shape, to), data.outputs, data.targets,
          data.weights};
}
template <class Value>
Samples<Value> resized(const Samples<Value>& data, Index height, Index width) {
  const Shape to = detail::checked_new_shape(data, height, width);
  return {to, detail::resized_images(data.samples, data.shape, to)};
}
/// A new pixel has the label in the middle of it.
template <class Pixel>
SegmentationDataset<Pixel> resized(const SegmentationDataset<Pixel>& data, Index height,
                                   Index width) {
  const Shape to = detail::checked_new_shape(data, height, width);
  return {to, detail::resized_images(data.images, data.shape, to),
          detail::resized_labels(data.labels, data.shape, to), data.class_names, data.weights};
}

}  // namespace TWEED_NAMESPACE
