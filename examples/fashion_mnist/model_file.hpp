#pragma once

#include "network.hpp"

#include <tweed/model/any_model.hpp>

#include <filesystem>
#include <string>

namespace fashion_mnist {

/// Writes the model with what somebody must know to use it without this program: the classes, how
/// images are prepared, and `training`, how it was trained. The file depends on nothing else, so
/// the same training gives the same bytes.
void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training);

/// Any network for Fashion-MNIST. Throws Error if the file is missing or damaged, or if its network
/// takes other images or has other than 10 outputs.
AnyModel read_model(const std::filesystem::path& path);

/// "T-shirt/top, Trouser, ...": in the order of the outputs.
std::string class_names_text();

}  // namespace fashion_mnist
