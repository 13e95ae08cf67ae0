#pragma once

#include <tweed/io/checkpoint_folder.hpp>
#include <tweed/io/model_file.hpp>
#include <tweed/reporting/interrupt_watch.hpp>
#include <tweed/reporting/run_record.hpp>
#include <tweed/reporting/test_model.hpp>

#include <any>
#include <filesystem>
#include <iterator>
#include <type_traits>
#include <utility>

#ifndef TWEED_COMPILED
#include <tweed/reporting/run_record_functions.hpp>
#endif

namespace TWEED_NAMESPACE {

/// A folder with all that a training leaves: checkpoints, the model, history.csv, metrics.json,
/// curves for TensorBoard, and report.html, a page for people. Each file is written atomically.
///
///     RunFolder run("runs/mine", {.resume = true});
///     Training training(model, SoftmaxCE{}, Adam{}, train, {.epochs = 10});
///     run.train(training);
///     run.finish(model, SoftmaxCE{}, test);
///
/// Killed and resumed, a training leaves the history and the model of one that was not, to the bit.
/// What the class does can be had alone: ProgressBar, InterruptWatch, CheckpointFolder,
/// `write_history`, `write_events`, `test_model`, Report.
class RunFolder {
 public:
  /// Makes the folder where it is missing. Throws Error where its files cannot be written.
  explicit RunFolder(const std::filesystem::path& folder, RunOptions options = {})
      : record_(folder, std::move(options)),
        checkpoints_(folder, record_.options().checkpoint_every) {}

  /// Trains to the end, or until training stops early, and shows how it goes: from the beginning,
  /// whereupon an older run's checkpoints are removed, or where the run was left if the options
  /// say so. After Ctrl-C or SIGTERM it saves and throws Interrupted, which says how to go on. The
  /// model must live until `finish`. Throws Error where the folder cannot be resumed: all
  /// checkpoints are damaged, or they are another run's.
  template <class Training>
  void train(Training& training) {
    begin(training);
    {
      const auto live = record_.watch();
      while (!training.finished()) {
        const LossSum batch = training.step().batch;
        const bool interrupted =
            record_.note_step(*live, training.steps_done(), training.steps(), batch);
        if (checkpoints_.is_due(training) || interrupted) {
          checkpoints_.save(training, record_.metadata());
        }
        if (interrupted) record_.throw_interrupted(training.steps_done());
      }
    }
    using Trained = std::remove_cvref_t<decltype(training.model())>;
    raw_model_.reset();
    if (const Trained* const raw = training.raw_model()) raw_model_ = *raw;
    record_.end(training.history(), training.stopped(), reporting::augmented_images(training),
                [&model = training.model(), loss = training.loss(),
                 optimizer = training.optimizer()](const ProfileOptions& options) {
                  return profile_training_step(model, loss, optimizer, options);
                });
  }

  /// Tests the model on data that it was not trained with, prints what came, and writes the files;
  /// where the run was finished before and nothing has changed, only those that are missing. Where
  /// training has averaged the weights, or the options have test-time views, it is tested without
  /// them as well, for comparison. The model is the one that was trained. Throws Error before
  /// `train`, and as `test_model`.
  template <class Net, class T, tweed::Loss Loss, AnyDataset Data>
  [[gnu::cold]] TestResult finish(const Model<Net, T>& model, const Loss& loss, const Data& test,
                                  const PredictOptions& options = {}) {
    const TestOptions how{.predict = options, .outputs = record_.options().outputs};
    TestResult result = test_model(model, loss, test, how);
    const ModelInfo info = record_.model_info(result, reporting::detail::holds_bytes<Data>());
    reporting::OtherTests others{.views = std::ssize(options.views)};
    if (const auto* const raw = std::any_cast<Model<Net, T>>(&raw_model_)) {
      others.of_raw_weights = [&, raw] { return test_model(*raw, loss, test, how); };
    }
    if (others.views > 0) {
      others.of_single_view = [&, without = how]() mutable {
        without.predict.views.clear();
        return test_model(model, loss, test, without);
      };
    }
    record_.write(reporting::model_facts_of(model), info, result, others,
                  [&](const std::filesystem::path& file) { save_model(model, file, info); });
    return result;
  }

  const History& history() const { return record_.history(); }
  const TrainingLog& log() const { return record_.log(); }

 private:
  template <class Training>
  [[gnu::cold]] void begin(Training& training) {
    auto facts = reporting::facts_of(training);
    if (!record_.options().resume) {
      checkpoints_.clear();
      return record_.begin(std::move(facts));
    }
    const auto resumed = checkpoints_.resume(training);
    const ResumedCheckpoint from = resumed.value_or(ResumedCheckpoint{});
    record_.go_on(std::move(facts), resumed.has_value(), from.path, from.step, from.metadata,
                  from.damaged);
  }

  reporting::RunRecord record_;
  CheckpointFolder checkpoints_;
  std::any raw_model_ = {};  // the weights of the last step, where their average is in the model
};

}  // namespace TWEED_NAMESPACE
