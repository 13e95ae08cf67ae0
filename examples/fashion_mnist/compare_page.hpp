#pragma once

#include <tweed/training/history.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fashion_mnist {

/// What a run left in its folder.
struct ComparedRun {
  std::string name;
  double accuracy = 0.0;
  double loss = 0.0;
  double steps = 0.0;
  double batch_size = 0.0;
  double learning_rate = 0.0;
  double seed = 0.0;
  std::optional<double> seconds;       ///< none where nobody has taken the time
  std::optional<double> milliseconds;  ///< a step
  std::string optimizer;
  tweed::History history;
};

/// The columns of a comparison, and what stands in them for a run.
std::vector<std::string> compared_columns();
std::vector<std::string> compared_values(const ComparedRun& run);

/// Writes the runs side by side as a page: a table, and their curves over each other.
void write_compare_page(const std::filesystem::path& path, const std::vector<ComparedRun>& runs);

}  // namespace fashion_mnist
