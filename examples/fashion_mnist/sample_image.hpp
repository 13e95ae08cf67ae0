#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/data/image.hpp>

namespace fashion_mnist {

/// Sample `i` of `data` as a picture.
inline tweed::Image image_of(const tweed::Dataset<>& data, tweed::Index i) {
  const auto pixels = data.images.begin() + i * data.shape.size();
  return {data.shape, {pixels, pixels + data.shape.size()}};
}

/// The name of the class that sample `i` of `data` is of.
inline const std::string& label_name(const tweed::Dataset<>& data, tweed::Index i) {
  return data.class_names[static_cast<std::size_t>(data.labels[static_cast<std::size_t>(i)])];
}

}  // namespace fashion_mnist
