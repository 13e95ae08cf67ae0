#include "output_files.hpp"

#include <tweed/core/error.hpp>
#include <tweed/io/atomic_file.hpp>

#include <system_error>

namespace fashion_mnist {

namespace {

void check_replaceable(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw tweed::Error("cannot write " + file.string() + ": something else has that name");
  }
}

void check_writable(const std::filesystem::path& folder) {
  const auto probe = folder / "writable.tmp";
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
  check_writable(folder);
  return files;
}

}  // namespace fashion_mnist
