#pragma once

#include "network.hpp"

#include <tweed/model/any_network.hpp>

#include <filesystem>
#include <string>

namespace fashion_mnist {

/// Multiplies pixels from 0 to 255, here and where nobody says otherwise.
inline constexpr double usual_scale = 1.0 / 255.0;

/// Writes the model with what somebody must know to use it without this program: the classes, how
/// images are prepared, and `training`, how it was trained. The file depends on nothing else, so
/// the same training gives the same bytes.
void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training);

/// Whether the file is there and `write_model` would write the same. A damaged one is another.
bool holds_model(const std::filesystem::path& path, const Model<FashionCnn>& model,
                 const std::string& training);

/// A network, and what its file says of the images that it takes.
struct SavedModel {
  AnyModel model;
  double scale = usual_scale;  ///< pixels from 0 to 255 are multiplied by it
};

/// Any network for Fashion-MNIST. A file that does not say how images are scaled or what the
/// classes are called is taken to mean what `write_model` writes. Throws Error if the file is
/// missing or damaged, or if its network takes other images, has other than 10 outputs or tells
/// other classes.
SavedModel read_model(const std::filesystem::path& path);

/// "T-shirt/top, Trouser, ...": in the order of the outputs.
std::string class_names_text();

}  // namespace fashion_mnist
