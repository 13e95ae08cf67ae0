#include "output_files.hpp"

#include <tweed/core/error.hpp>
#include <tweed/io/atomic_file.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace fashion_mnist {

namespace {

void check_replaceable(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw tweed::Error("cannot write " + file.string() + ": something else has that name");
  }
}

constexpr std::string_view probe_name = "writable.tmp";

/// A kill may have left the temporary file of one that was being written, or the probe.
void remove_unfinished(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 7> ours{
      "model.safetensors", "metrics.json", "history.csv",
      "report.html",       "config.toml",  "events.out.tfevents.fashion_mnist",
      probe_name};
  std::vector<std::filesystem::path> unfinished;
  std::error_code error;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    const bool is_temporary = std::ranges::any_of(ours, [&](std::string_view target) {
      return name.starts_with(std::string(target) + ".tmp-");
    });
    if (is_temporary || name == probe_name) unfinished.push_back(file->path());
  }
  for (const auto& file : unfinished) std::filesystem::remove(file, error);
}

void check_writable(const std::filesystem::path& folder) {
  const auto probe = folder / probe_name;
  tweed::write_file_atomically(probe, "");
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
}

}  // namespace

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
  for (const auto& file : {files.model, files.metrics, files.history, files.events, files.report}) {
    check_replaceable(file);
  }
  remove_unfinished(folder);
  check_writable(folder);
  return files;
}

}  // namespace fashion_mnist
