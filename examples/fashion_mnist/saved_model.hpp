#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/model/any_network.hpp>

#include <filesystem>

namespace fashion_mnist {

/// A network, and what its file says of the images that it takes.
struct SavedModel {
  tweed::AnyModel model;
  double scale = 1.0 / 255.0;  ///< pixels from 0 to 255 are multiplied by it

  /// Images as this network takes them.
  tweed::Dataset<float> scaled(const tweed::Dataset<>& images) const;
};

/// Any network for Fashion-MNIST. A file that does not say how images are scaled or what the
/// classes are called is taken to mean what `train` writes. Throws Error if the file is missing or
/// damaged, or if its network takes other images, has other than 10 outputs or tells other classes.
SavedModel read_model(const std::filesystem::path& path);

}  // namespace fashion_mnist
