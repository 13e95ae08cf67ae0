#include "commands.hpp"
#include "data.hpp"
#include "finished_run.hpp"
#include "history_file.hpp"
#include "inference.hpp"
#include "metrics.hpp"
#include "model_file.hpp"
#include "network.hpp"
#include "output_files.hpp"
#include "profile.hpp"
#include "report.hpp"
#include "run_events.hpp"
#include "test_report.hpp"
#include "train_network.hpp"

#include <tweed/data/split.hpp>

#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace fashion_mnist {

namespace {

std::string describe(const Train& command) {
  std::ostringstream text;
  text << command.steps << " steps of " << command.batch_size << " images, "
       << name_of(command.optimizer) << " with learning rate " << command.chosen_learning_rate();
  if (command.optimizer == Optimizer::sgd) text << " and momentum " << sgd_momentum;
  if (command.schedule != Schedule::constant) text << ", schedule " << name_of(command.schedule);
  if (command.weight_decay > 0) text << ", weight decay " << command.weight_decay;
  if (command.clip_norm > 0) text << ", gradients up to " << command.clip_norm;
  if (command.label_smoothing > 0) text << ", labels smoothed by " << command.label_smoothing;
  if (command.shift) text << ", images moved by up to " << augment_shift << " pixels";
  if (command.flip) text << ", every other image mirrored";
  if (command.validation_split > 0) text << ", " << command.validation_split << " to validate with";
  if (command.early_stopping) {
    text << ", stopped after " << *command.early_stopping << " epochs without progress";
  }
  text << ", seed " << command.seed;
  return text.str();
}

/// The training images, and those of them that are set aside to validate with.
struct Images {
  Dataset<> train;
  std::optional<Dataset<>> validation;
};

Images set_aside(Dataset<> images, const Train& command) {
  if (command.validation_split == 0) return {std::move(images), {}};
  auto [train, validation] =
      split(images, command.validation_split, {.seed = command.seed, .stratified = true});
  std::cout << "  validation  " << validation.size() << " of the images to train with\n";
  return {std::move(train), std::move(validation)};
}

/// With the steps that the epochs make.
Train with_steps(Train command, Index images) {
  const Index per_epoch = (images + command.batch_size - 1) / command.batch_size;
  if (command.epochs) command.steps = *command.epochs * per_epoch;
  return command;
}

/// All files, or those that somebody has removed from a run that was already written. The model,
/// whose presence tells that, comes last.
std::vector<std::filesystem::path> to_write(const OutputFiles& files, bool was_written) {
  std::vector<std::filesystem::path> all{files.metrics, files.history, files.events, files.report,
                                         files.model};
  if (was_written) std::erase_if(all, [](const auto& file) { return exists(file); });
  return all;
}

void write_files(const std::vector<std::filesystem::path>& wanted, const OutputFiles& files,
                 const FinishedRun& run) {
  for (const auto& file : wanted) {
    if (file == files.metrics) write_metrics(file, run.command, run.log, run.test);
    if (file == files.history) write_history(file, run.history);
    if (file == files.events) write_events(file, run.history, run.log);
    if (file == files.report) write_report(file, run);
    if (file == files.model) write_model(run.model, file, describe(run.command));
    std::cout << "Wrote " << file.string() << '\n';
  }
}

}  // namespace

void run(const Train& asked) {
  auto data = load_data(asked.data);
  const Images images = set_aside(std::move(data.train), asked);
  const Train command = with_steps(asked, images.train.size());
  const OutputFiles files = prepare_output(command.out);

  Model<FashionCnn> model{command.seed};
  const int threads = resolve_threads(command.threads);
  std::cout << '\n'
            << summary(model, {.batch_size = command.batch_size, .threads = threads}) << '\n'
            << "Training: " << describe(command) << ", threads: " << threads << std::endl;
  const auto* const validation = images.validation ? &*images.validation : nullptr;
  const Trained trained = train_network(model, command, images.train, validation);
  const TrainingLog& log = trained.log;
  // How long training took stands in the files alone: where nothing was left to do they stay.
  const bool was_written = !log.has_steps() && holds_model(files.model, model, describe(command));
  const auto wanted = to_write(files, was_written);
  if (wanted.empty()) {
    std::cout << "The run in " << command.out.string() << " is finished: nothing to do\n";
    return;
  }

  const std::vector<float> logits = logits_of(model, data.test, command.threads);
  const TestReport test = make_test_report(data.test, logits);
  std::cout << '\n' << test << '\n';

  const StepProfile profile = profile_step(command, log.median_step_seconds());
  write_files(wanted, files,
              {.command = command,
               .model = model,
               .history = trained.history,
               .log = log,
               .train_data = images.train,
               .test_data = data.test,
               .logits = logits,
               .test = test,
               .profile = profile});
}

}  // namespace fashion_mnist
