#include "output_files.hpp"

#include "config_file.hpp"

#include <tweed/core/error.hpp>
#include <tweed/io/atomic_file.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace fashion_mnist {

void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw tweed::Error("cannot create the folder " + folder.string() + ": " + error.message());
  }
}

OutputFiles prepare_output(const std::filesystem::path& folder) {
  create_folder(folder);
  const OutputFiles files{.model = folder / "model.safetensors",
                          .metrics = folder / "metrics.json",
                          .history = folder / "history.csv",
                          .events = folder / "events.out.tfevents.fashion_mnist",
                          .report = folder / "report.html"};
  const std::array all{files.model,  files.metrics, files.history,
                       files.events, files.report,  config_in(folder)};
  for (const auto& file : all) tweed::check_writable(file);
  tweed::remove_unfinished(folder, [&](std::string_view name) {
    return std::ranges::any_of(all, [&](const auto& file) { return file.filename() == name; });
  });
  return files;
}

}  // namespace fashion_mnist
