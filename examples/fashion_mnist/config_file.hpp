#pragma once

#include "train_options.hpp"

#include <filesystem>
#include <string>

/// Options of `train` in TOML files.
namespace fashion_mnist {

/// Where a run in `folder` keeps its configuration.
inline std::filesystem::path config_in(const std::filesystem::path& folder) {
  return folder / "config.toml";
}

/// The options of influence as a file says them, and where the data are and how many threads work
/// if that was said: with --config it repeats the run.
std::string config_text(const Train& train);

/// The options in a file, by name and in order. Throws Error where it cannot be read.
NamedTexts read_config(const std::filesystem::path& path);

}  // namespace fashion_mnist
