#pragma once

#include <tweed/io/safetensors_file.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/reporting/augmented_images.hpp>
#include <tweed/reporting/model_facts.hpp>
#include <tweed/reporting/run_files.hpp>
#include <tweed/reporting/run_options.hpp>
#include <tweed/reporting/test_result.hpp>
#include <tweed/reporting/test_variants.hpp>
#include <tweed/reporting/training_facts.hpp>
#include <tweed/reporting/training_log.hpp>
#include <tweed/training/history.hpp>
#include <tweed/training/profile.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

struct FinishedRun;

/// The progress bar, and the watch for Ctrl-C, while training goes on.
struct LiveRun;

/// All of a RunFolder that knows no types of models and data. Its functions are in
/// `run_record_functions.hpp`.
class RunRecord {
 public:
  RunRecord(const std::filesystem::path& folder, RunOptions options);

  const RunOptions& options() const { return options_; }
  const History& history() const { return history_; }
  const TrainingLog& log() const { return log_; }

  /// A training begins anew: writes the program's files.
  void begin(TrainingFacts facts);
  /// It goes on where it was left, if that is known. Throws Error where that was another run.
  void go_on(TrainingFacts facts, bool has_checkpoint, const std::filesystem::path& checkpoint,
             Index step, const SafetensorsFile::Metadata& metadata,
             const std::vector<std::string>& damaged);

  /// The clock starts.
  std::shared_ptr<LiveRun> watch();
  /// Whether somebody wants the program to end after this step.
  bool note_step(LiveRun& live, Index step, Index steps, const LossSum& batch);
  /// What a checkpoint says of the run.
  SafetensorsFile::Metadata metadata() const;
  [[noreturn]] void throw_interrupted(Index step) const;
  /// Training has ended; `augmented` are some of its images, and `profile` times its steps.
  void end(const History& history, bool stopped, std::vector<AugmentedImage> augmented,
           std::function<StepProfile(const ProfileOptions&)> profile);

  /// What model.safetensors is to say.
  ModelInfo model_info(const TestResult& result, bool are_bytes) const;
  /// Prints the result, and writes the files that there are to write, with other tests beside it.
  void write(const ModelFacts& model, const ModelInfo& info, const TestResult& result,
             const OtherTests& others,
             const std::function<void(const std::filesystem::path&)>& save_model) const;

 private:
  void say(const std::string& line) const;
  std::string settings_text() const;
  void check_settings(const std::filesystem::path& checkpoint,
                      const SafetensorsFile::Metadata& metadata) const;
  std::vector<std::filesystem::path> files_to_write(bool was_written) const;
  bool holds_model(const ModelFacts& model, const SafetensorsFile::Metadata& notes) const;
  void write_report(const std::filesystem::path& path, const ModelFacts& model,
                    const FinishedRun& run) const;
  StepProfile timed_step() const;

  std::filesystem::path folder_;
  RunOptions options_;
  RunFiles files_;
  TrainingFacts facts_;
  TrainingLog log_;
  History history_;
  std::vector<AugmentedImage> augmented_;
  std::function<StepProfile(const ProfileOptions&)> profile_;
};

}  // namespace TWEED_NAMESPACE::reporting
