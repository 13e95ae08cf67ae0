#pragma once

#include <tweed/io/model_metadata.hpp>
#include <tweed/io/safetensors.hpp>
#include <tweed/reporting/events.hpp>
#include <tweed/reporting/history_file.hpp>
#include <tweed/reporting/interrupt_watch.hpp>
#include <tweed/reporting/model_sections.hpp>
#include <tweed/reporting/progress_bar.hpp>
#include <tweed/reporting/run_metrics_json.hpp>
#include <tweed/reporting/run_record.hpp>
#include <tweed/reporting/run_report.hpp>
#include <tweed/reporting/training_facts_functions.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>

namespace TWEED_NAMESPACE::reporting {

struct LiveRun {
  ProgressBar progress;
  InterruptWatch watch = {};
};

namespace detail {

inline constexpr const char* run_settings_key = "run";

[[gnu::cold]] inline std::vector<std::string> names_of(const NamedTexts& files) {
  std::vector<std::string> names;
  for (const auto& [name, text] : files) names.push_back(name);
  return names;
}

/// The line of `text` that has the position `at` in it.
[[gnu::cold]] inline std::string line_at(const std::string& text, std::string::const_iterator at) {
  const auto begin = std::find(std::reverse_iterator(at), text.rend(), '\n').base();
  return std::string(begin, std::find(begin, text.end(), '\n'));
}

}  // namespace detail

TWEED_PREBUILT RunRecord::RunRecord(const std::filesystem::path& folder, RunOptions options)
    : folder_(folder),
      options_(std::move(options)),
      files_(prepare_files(folder_, detail::names_of(options_.files))) {}

TWEED_PREBUILT void RunRecord::say(const std::string& line) const {
  *options_.out << line << std::endl;
}

/// A line for each setting, to tell runs apart.
TWEED_PREBUILT std::string RunRecord::settings_text() const {
  std::string text;
  for (const auto& [name, value] : options_.settings) text += name + ' ' + value + '\n';
  return text;
}

TWEED_PREBUILT SafetensorsFile::Metadata RunRecord::metadata() const {
  return {{detail::run_settings_key, settings_text()}};
}

TWEED_PREBUILT void RunRecord::begin(TrainingFacts facts) {
  facts_ = std::move(facts);
  for (std::size_t i = 0; i < options_.files.size(); ++i) {
    write_file_atomically(files_.others[i], options_.files[i].second);
  }
}

TWEED_PREBUILT void RunRecord::go_on(TrainingFacts facts, bool has_checkpoint,
                                     const std::filesystem::path& checkpoint, Index step,
                                     const SafetensorsFile::Metadata& metadata,
                                     const std::vector<std::string>& damaged) {
  facts_ = std::move(facts);
  if (!has_checkpoint) {
    say(tweed::detail::text("No checkpoint in ", folder_.string(), " yet: from the beginning"));
    return;
  }
  for (const std::string& one : damaged) {
    const std::string line = one + "; using the one before";
    if (options_.on_warning) {
      options_.on_warning(line);
    } else {
      std::cerr << "warning: " << line << '\n';
    }
  }
  check_settings(checkpoint, metadata);
  say(tweed::detail::text("Resumed after step ", step));
}

/// Throws Error, which names the first difference, unless the checkpoint is of this run.
TWEED_PREBUILT void RunRecord::check_settings(const std::filesystem::path& checkpoint,
                                              const SafetensorsFile::Metadata& metadata) const {
  const auto made_with = metadata.find(detail::run_settings_key);
  const std::string found = made_with == metadata.end() ? "" : made_with->second;
  const std::string expected = settings_text();
  if (found == expected) return;
  const auto [ours, theirs] = std::ranges::mismatch(expected, found);
  const auto described = [](const std::string& line) {
    return line.empty() ? std::string("no further setting") : line;
  };
  throw Error(tweed::detail::text(checkpoint.string(), ": it is of another run: expected ",
                                  described(detail::line_at(expected, ours)), ", found ",
                                  described(detail::line_at(found, theirs))));
}

TWEED_PREBUILT std::shared_ptr<LiveRun> RunRecord::watch() {
  log_ = TrainingLog();
  return std::shared_ptr<LiveRun>(
      new LiveRun{ProgressBar({.out = options_.out, .counted = facts_.counted})});
}

TWEED_PREBUILT bool RunRecord::note_step(LiveRun& live, Index step, Index steps,
                                         const LossSum& batch) {
  log_.add(step, steps, batch);
  live.progress.show(log_);
  return live.watch.interrupted();
}

TWEED_PREBUILT void RunRecord::throw_interrupted(Index step) const {
  throw Interrupted(tweed::detail::text("interrupted after step ", step,
                                        "; go on with: ", options_.how_to_go_on));
}

TWEED_PREBUILT void RunRecord::end(const History& history, bool stopped,
                                   std::vector<AugmentedImage> augmented,
                                   std::function<StepProfile(const ProfileOptions&)> profile) {
  history_ = history;
  augmented_ = std::move(augmented);
  profile_ = std::move(profile);
  if (!stopped) return;
  say(tweed::detail::text("Stopped after step ", std::ssize(history_.steps), ": no progress"));
}

TWEED_PREBUILT ModelInfo RunRecord::model_info(const TestResult& result, bool are_bytes) const {
  if (options_.info) return *options_.info;
  ModelInfo info;
  if (are_bytes) info.preprocessing = Preprocessing{1.0 / 255.0};
  if (!result.counts_pixels) info.class_names = result.names;
  if (!options_.settings.empty()) info.notes["settings"] = settings_text();
  return info;
}

/// All files, or those that somebody has removed from a run that was already written. The model,
/// whose presence tells that, comes last.
TWEED_PREBUILT std::vector<std::filesystem::path> RunRecord::files_to_write(
    bool was_written) const {
  std::vector<std::filesystem::path> all{files_.metrics, files_.history, files_.events,
                                         files_.report, files_.model};
  if (was_written) std::erase_if(all, [](const auto& file) { return exists(file); });
  return all;
}

/// Whether the folder's model is this one, with these notes. A damaged one is another.
TWEED_PREBUILT bool RunRecord::holds_model(const ModelFacts& model,
                                           const SafetensorsFile::Metadata& notes) const try {
  const SafetensorsFile file = read_safetensors(files_.model);
  for (const auto& [name, bytes] : model.tensors) {
    const TensorView* const found = file.find(name);
    if (found == nullptr || !std::ranges::equal(found->bytes, bytes)) return false;
  }
  return tweed::detail::parse_model_info(files_.model, file.metadata()).notes == notes;
} catch (const Error&) {
  return false;
}

/// Times steps like those of the training, for about a second. Empty where a loss does not take
/// targets that are made up.
TWEED_PREBUILT StepProfile RunRecord::timed_step() const try {
  constexpr double most_rounds = 50;
  const double step = log_.median_step_seconds();
  const double rounds = step > 0.0 ? std::clamp(1.0 / step, 3.0, most_rounds) : 3.0;
  return profile_({.batch_size = facts_.batch_size,
                   .threads = facts_.threads,
                   .rounds = static_cast<int>(rounds)});
} catch (const Error&) {
  return {};
}

TWEED_PREBUILT void RunRecord::write_report(const std::filesystem::path& path,
                                            const ModelFacts& model, const FinishedRun& run) const {
  Report report = report_on(run, advice_on(run, options_.how),
                            {filters_section(model.first_kernel), network_section(model.network),
                             time_section(timed_step(), facts_.called)});
  if (options_.on_report) options_.on_report(report);
  report.write(path);
}

TWEED_PREBUILT void RunRecord::write(
    const ModelFacts& model, const ModelInfo& info, const TestResult& result,
    const OtherTests& others,
    const std::function<void(const std::filesystem::path&)>& save_model) const {
  if (!profile_) throw Error("RunFolder: `finish` comes after `train`");
  // How long training took stands in the files alone: where nothing was left to do they stay.
  const bool was_written = !log_.has_steps() && holds_model(model, info.notes);
  const auto wanted = files_to_write(was_written);
  *options_.out << '\n' << result << '\n';
  if (wanted.empty()) {
    return say(tweed::detail::text("The run in ", folder_.string(), " is finished: nothing to do"));
  }
  const TestVariants variants = run_tests(others);
  for (const TestVariant& other : variants.others) {
    say(tweed::detail::text("With ", other.name, ": ", measures_text(other.test)));
  }
  if (!variants.others.empty()) say("");
  const FinishedRun run{options_.title, facts_,     options_.settings,
                        history_,       log_,       result,
                        variants,       augmented_, model.network.graph.parameter_count()};
  for (const auto& file : wanted) {
    if (file == files_.metrics) write_file_atomically(file, metrics_text(run));
    if (file == files_.history) write_history(file, history_);
    if (file == files_.events) write_events(file, history_, log_.step_seconds());
    if (file == files_.report) write_report(file, model, run);
    if (file == files_.model) save_model(file);
    say(tweed::detail::text("Wrote ", file.string()));
  }
}

}  // namespace TWEED_NAMESPACE::reporting
