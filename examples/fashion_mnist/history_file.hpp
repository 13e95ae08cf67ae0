#pragma once

#include <tweed/training/history.hpp>

#include <filesystem>

namespace fashion_mnist {

/// Writes each step's loss, accuracy and learning rate as CSV, steps counted from 1, and where the
/// model was validated after the step the loss and accuracy of that; elsewhere these are empty. The
/// numbers are as short as they can be and still come back the same; no times stand in the file.
void write_history(const std::filesystem::path& path, const tweed::History& history);

/// The history in a file that `write_history` wrote. Throws Error, with the line, where it is not
/// like that.
tweed::History read_history(const std::filesystem::path& path);

}  // namespace fashion_mnist
