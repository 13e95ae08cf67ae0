#pragma once

#include <tweed/core/option.hpp>
#include <tweed/io/checkpoint.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// What a training was resumed from.
struct ResumedCheckpoint {
  std::filesystem::path path;
  Index step = 0;
  SafetensorsFile::Metadata metadata = {};
  std::vector<std::string> damaged = {};  ///< what is wrong with newer ones, a line each
};

/// The last two checkpoints of a training, checkpoint-STEP.safetensors in a folder.
///
///     const CheckpointFolder checkpoints("run", 500);
///     checkpoints.resume(training);
///     while (!training.finished()) {
///       training.step();
///       if (checkpoints.is_due(training)) checkpoints.save(training);
///     }
class CheckpointFolder {
 public:
  /// One is due after every `every` steps, and at the end; 0: at the end only. The folder must
  /// exist before the first is written. Throws Error where `every` is negative.
  CheckpointFolder(std::filesystem::path folder, Index every)
      : folder_(std::move(folder)), every_(every) {
    detail::check_option("CheckpointFolder", "every", every, {.from = 0});
  }

  template <class Training>
  bool is_due(const Training& training) const {
    return training.finished() || is_regular(training.steps_done());
  }

  /// Writes one, and removes what is no longer needed: all but the last two, and before that any
  /// that was not due and is not the last. Throws Error if it cannot be written.
  template <class Training>
  [[gnu::cold]] void save(Training& training,
                          const SafetensorsFile::Metadata& metadata = {}) const {
    save_checkpoint(training, path_of(training.steps_done()), metadata);
    prune();
  }

  /// Puts back the newest checkpoint that is not damaged, and removes damaged newer ones; nothing
  /// if there are none. Damaged is one whose checksum is wrong. Throws Error, and removes nothing,
  /// if all are damaged, or if the newest of the others cannot be read, is of another version of
  /// the format, or belongs to another training.
  template <class Training>
  [[gnu::cold]] std::optional<ResumedCheckpoint> resume(
      Training& training, const LoadCheckpointOptions& options = {}) const {
    std::vector<std::string> damaged;
    const auto steps = steps_found();
    for (const Index step : steps) {
      const auto path = path_of(step);
      const auto file = read(path, detail::longest_checkpoint(training), damaged);
      if (!file) continue;
      detail::apply_checkpoint(training, *file, options);
      for (const Index newer : steps) {
        if (newer > step) remove(path_of(newer));
      }
      prune();
      return ResumedCheckpoint{path, step, file->content().metadata(), damaged};
    }
    if (!damaged.empty()) throw Error(damaged.front() + "; no checkpoint here is whole");
    return {};
  }

  /// Removes all checkpoints, for a training that starts anew. Throws Error where one stays, since
  /// a later training would go on from it.
  [[gnu::cold]] void clear() const {
    for (const Index step : steps_found()) {
      std::error_code error;
      std::filesystem::remove(path_of(step), error);
      if (error) throw Error("cannot remove " + path_of(step).string() + ": " + error.message());
    }
    remove_unfinished();
  }

 private:
  static constexpr std::string_view prefix_ = "checkpoint-";
  static constexpr std::string_view suffix_ = ".safetensors";

  bool is_regular(Index step) const { return every_ > 0 && step % every_ == 0; }

  [[gnu::cold]] std::filesystem::path path_of(Index step) const {
    return folder_ / (std::string(prefix_) + std::to_string(step) + std::string(suffix_));
  }

  static void remove(const std::filesystem::path& path) {
    std::error_code ignored;  // What stays behind is in nobody's way.
    std::filesystem::remove(path, ignored);
  }

  [[gnu::cold]] static std::optional<detail::CheckpointFile> read(
      const std::filesystem::path& path, std::uintmax_t longest,
      std::vector<std::string>& damaged) {
    try {
      return detail::CheckpointFile(path, longest);
    } catch (const detail::DamagedFile& error) {
      damaged.emplace_back(error.what());
      return {};
    }
  }

  /// In the name of a checkpoint; -1 in any other.
  [[gnu::cold]] Index step_in(std::string_view name) const {
    Index step = -1;
    if (!name.starts_with(prefix_) || !name.ends_with(suffix_)) return step;
    std::from_chars(name.data() + prefix_.size(), name.data() + name.size(), step);
    return path_of(step).filename() == name ? step : -1;
  }

  /// Of the checkpoints that are there, the newest first.
  [[gnu::cold]] std::vector<Index> steps_found() const {
    std::vector<Index> steps;
    for (const std::string& name : detail::names_in(folder_)) {
      if (const Index step = step_in(name); step >= 0) steps.push_back(step);
    }
    std::ranges::sort(steps, std::greater{});
    return steps;
  }

  void remove_unfinished() const {
    tweed::remove_unfinished(folder_, [&](std::string_view name) { return step_in(name) >= 0; });
  }

  [[gnu::cold]] void prune() const {
    Index kept = 0;
    bool is_last = true;
    for (const Index step : steps_found()) {
      const bool keep = kept < 2 && (is_last || is_regular(step));
      kept += keep ? 1 : 0;
      if (!keep) remove(path_of(step));
      is_last = false;
    }
    remove_unfinished();
  }

  std::filesystem::path folder_;
  Index every_;
};

}  // namespace TWEED_NAMESPACE
