#pragma once

#include "commands.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fashion_mnist {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

/// Where a run in `folder` keeps its configuration.
inline std::filesystem::path config_in(const std::filesystem::path& folder) {
  return folder / "config.toml";
}

/// All options that have an influence on the result, by name.
NamedTexts options_of(const Train& command);

/// These as a TOML file says them, and where the data are and how many threads work if that was
/// said: with --config the file repeats the run.
std::string config_text(const Train& command);

/// The options in a file, by name and in order. Throws Error where it cannot be read.
NamedTexts read_config(const std::filesystem::path& path);

}  // namespace fashion_mnist
