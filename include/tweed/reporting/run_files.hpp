#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/atomic_file.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// What a run leaves in its folder, beside checkpoints.
struct RunFiles {
  std::filesystem::path model;
  std::filesystem::path metrics;
  std::filesystem::path history;
  std::filesystem::path events;  ///< for TensorBoard, which knows it by its name
  std::filesystem::path report;
  std::vector<std::filesystem::path> others = {};  ///< the program's own
};

/// Throws Error if `folder` is not there and cannot be made.
[[gnu::cold]] inline void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(
        tweed::detail::text("cannot create the folder ", folder.string(), ": ", error.message()));
  }
}

/// The files' paths in `folder`, which is created where it is missing, and of those that the
/// program names. What a kill has left of them is removed. Throws Error if they cannot be written
/// there: better now than after training.
[[gnu::cold]] inline RunFiles prepare_files(const std::filesystem::path& folder,
                                            const std::vector<std::string>& others) {
  create_folder(folder);
  RunFiles files{.model = folder / "model.safetensors",
                 .metrics = folder / "metrics.json",
                 .history = folder / "history.csv",
                 .events = folder / "events.out.tfevents.tweed",
                 .report = folder / "report.html"};
  for (const std::string& name : others) {
    if (std::filesystem::path(name).filename() != name || name.empty()) {
      throw Error(tweed::detail::text("run folder: expected the name of a file, found ",
                                      tweed::detail::in_quotes(name)));
    }
    files.others.push_back(folder / name);
  }
  std::vector<std::filesystem::path> all{files.model, files.metrics, files.history, files.events,
                                         files.report};
  all.insert(all.end(), files.others.begin(), files.others.end());
  for (const auto& file : all) check_writable(file);
  remove_unfinished(folder, [&](std::string_view name) {
    return std::ranges::any_of(all, [&](const auto& file) { return file.filename() == name; });
  });
  return files;
}

}  // namespace TWEED_NAMESPACE::reporting
