#pragma once

#include "commands.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fashion_mnist {

/// Where a run in `folder` keeps its configuration.
std::filesystem::path config_in(const std::filesystem::path& folder);

/// All options that have an influence on the result, a line each, as a TOML file says it.
std::string config_text(const Train& command);

/// Writes them, and where the data are and how many threads work if that was said: with --config
/// the file repeats the run.
void write_config(const std::filesystem::path& path, const Train& command);

/// The options in a file, by name and in order. Throws Error where it cannot be read.
std::vector<std::pair<std::string, std::string>> read_config(const std::filesystem::path& path);

}  // namespace fashion_mnist
