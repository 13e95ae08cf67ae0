#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/data/idx.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::datasets {

/// Loads images and their labels from a pair of IDX files, plain or gzip: MNIST, Fashion-MNIST,
/// KMNIST, EMNIST, QMNIST and others. Images are [n,h,w] or [n,h,w,c], labels [n], n at least 1.
/// Throws Error if a file is missing or damaged, if the counts differ, or if a label is not below
/// `classes`.
[[gnu::cold]] inline Dataset<> labelled_images(const std::filesystem::path& images_path,
                                               const std::filesystem::path& labels_path,
                                               Index classes) {
  IdxArray images = read_idx(images_path);
  const auto& dims = images.dims;
  if ((dims.size() != 3 && dims.size() != 4) || images.values.empty()) {
    throw Error(detail::text(images_path.string(),
                             ": expected images of n x height x width, found ",
                             detail::dims_text(dims)));
  }

  const IdxArray labels = read_idx(labels_path);
  if (labels.dims.size() != 1 || labels.dims[0] != dims[0]) {
    throw Error(detail::text(labels_path.string(), ": expected ", dims[0],
                             " labels, one for each image of ", images_path.string(), ", found ",
                             detail::dims_text(labels.dims)));
  }
  std::vector<Label> classes_of(labels.values.begin(), labels.values.end());
  for (std::size_t i = 0; i < classes_of.size(); ++i) {
    if (classes_of[i] < classes) continue;
    throw Error(detail::text(labels_path.string(), ": expected labels below ", classes, ", found ",
                             classes_of[i], " for sample ", i));
  }

  return {
      .shape = {.height = dims[1], .width = dims[2], .channels = dims.size() == 4 ? dims[3] : 1},
      .images = std::move(images.values),
      .labels = std::move(classes_of),
      .class_names = {}};
}

}  // namespace TWEED_NAMESPACE::datasets
