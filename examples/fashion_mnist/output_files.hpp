#pragma once

#include <filesystem>

namespace fashion_mnist {

/// What training leaves behind.
struct OutputFiles {
  std::filesystem::path model;
  std::filesystem::path metrics;
  std::filesystem::path history;
  std::filesystem::path events;  ///< for TensorBoard, which knows it by its name
  std::filesystem::path report;
};

/// Throws Error if `folder` is not there and cannot be made.
void create_folder(const std::filesystem::path& folder);

/// The files' paths in `folder`, which is created where it is missing. Throws Error if they cannot
/// be written there: better now than after training.
OutputFiles prepare_output(const std::filesystem::path& folder);

}  // namespace fashion_mnist
