#pragma once

#include "network.hpp"

#include <filesystem>
#include <string>

namespace fashion_mnist {

/// Writes the model with what somebody must know to use it without this program: its layers, the
/// classes, how images are prepared, and `training`, how it was trained. The file depends on
/// nothing else, so the same training gives the same bytes.
void write_model(const Model<FashionCnn>& model, const std::filesystem::path& path,
                 const std::string& training);

/// Throws Error if the file is missing, damaged or holds another network.
Model<FashionCnn> read_model(const std::filesystem::path& path);

}  // namespace fashion_mnist
