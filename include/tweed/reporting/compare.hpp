#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/reporting/compare_page.hpp>
#include <tweed/reporting/history_file.hpp>
#include <tweed/reporting/run_files.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#ifndef TWEED_COMPILED
#include <tweed/reporting/run_metrics_json.hpp>
#endif

namespace TWEED_NAMESPACE {

/// What the run in a folder left. Throws Error, naming the file, where it is missing or damaged.
[[gnu::cold]] inline ComparedRun read_run(const std::filesystem::path& folder) {
  const auto path = folder / "metrics.json";
  InputFile file{path};
  std::string text(file.size(), '\0');
  text.resize(file.read(std::as_writable_bytes(std::span{text})));
  return {.name = folder.string(),
          .metrics = reporting::parse_metrics(path.string(), text),
          .history = read_history(folder / "history.csv")};
}

namespace reporting::detail {

[[gnu::cold]] inline std::vector<ComparedRun> read_runs(
    const std::vector<std::filesystem::path>& folders) {
  if (folders.empty()) throw Error("compare: expected the folder of a run, found none");
  std::vector<ComparedRun> runs;
  for (const auto& folder : folders) runs.push_back(read_run(folder));
  const Measure& first = runs.front().metrics.best;
  for (const ComparedRun& run : runs) {
    const Measure& other = run.metrics.best;
    if (other.key == first.key) continue;
    throw Error(tweed::detail::text("compare: ", runs.front().name, " was judged by ", first.key,
                                    ", ", run.name, " by ", other.key,
                                    "; compare runs of one kind"));
  }
  return runs;
}

[[gnu::cold]] inline void print_runs(const std::vector<ComparedRun>& runs, std::ostream& out) {
  std::size_t first = 3;
  for (const ComparedRun& run : runs) first = std::max(first, run.name.size());
  const std::vector<std::string> names = compared_columns(runs);
  std::vector<std::size_t> widths;
  for (const std::string& name : names) widths.push_back(std::max<std::size_t>(name.size(), 9));
  const auto print = [&](const std::string& run, const std::vector<std::string>& values) {
    out << align_left(run, static_cast<int>(first));
    for (std::size_t i = 0; i < values.size(); ++i) {
      out << "  " << align_right(values[i], static_cast<int>(widths[i]));
    }
    out << '\n';
  };
  print("run", names);
  for (const ComparedRun& run : runs) print(run.name, compared_values(run));
}

}  // namespace reporting::detail

/// Prints what the runs in these folders were like, and writes them side by side as a page, with
/// their curves over each other. Throws Error where a folder is not that of a finished run, where
/// runs were judged by different measures, or where the page cannot be written.
///
///     compare({"runs/sgd", "runs/adam"}, "runs/compare.html");
[[gnu::cold]] inline void compare(const std::vector<std::filesystem::path>& folders,
                                  const std::filesystem::path& page,
                                  const std::string& title = "Runs side by side",
                                  std::ostream& out = std::cout) {
  const std::vector<ComparedRun> runs = reporting::detail::read_runs(folders);
  reporting::detail::print_runs(runs, out);
  if (page.has_parent_path()) reporting::create_folder(page.parent_path());
  reporting::comparison_of(runs, title).write(page);
  out << "\nWrote " << page.string() << '\n';
}

}  // namespace TWEED_NAMESPACE
