#include "commands.hpp"
#include "config_file.hpp"
#include "data.hpp"
#include "network.hpp"

#include <tweed/augment/compose.hpp>
#include <tweed/augment/random_crop.hpp>
#include <tweed/augment/random_flip.hpp>
#include <tweed/data/split.hpp>
#include <tweed/reporting/run_folder.hpp>

#include <iostream>
#include <optional>
#include <utility>
#include <vector>

namespace fashion_mnist {

namespace {

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

AnyAugmentation augmentation_of(const Train& command) {
  std::vector<AnyAugmentation> parts;
  if (command.shift) parts.push_back(RandomCrop{.padding = augment_shift});
  if (command.flip) parts.push_back(RandomHorizontalFlip{});
  if (parts.empty()) return {};
  return Compose(std::move(parts));
}

FitOptions fit_options(const Train& command) {
  FitOptions options{.batch_size = command.batch_size,
                     .epochs = command.epochs.value_or(1),
                     .steps = command.epochs ? 0 : command.steps,
                     .seed = command.seed,
                     .threads = command.threads,
                     .clip_norm = command.clip_norm,
                     .augmentation = augmentation_of(command)};
  switch (command.schedule) {
    case Schedule::constant:
      break;
    case Schedule::cosine:
      options.schedule = CosineSchedule{.warm_up = command.steps / 20};
      break;
    case Schedule::step:
      options.schedule = StepSchedule{.every = (command.steps + 2) / 3};
      break;
    case Schedule::plateau:
      options.schedule = PlateauSchedule{.patience = 2, .factor = 0.5};
      break;
  }
  if (command.early_stopping) {
    options.early_stopping = EarlyStopping{.patience = *command.early_stopping};
  }
  return options;
}

/// The command line that follows an advice.
std::string command_for(const Train& command, const Advice& advice) {
  switch (advice.kind) {
    case Advice::Kind::more_samples:
      return command.shift || command.flip ? "train --weight-decay 0.05"
                                           : "train --augment shift,flip";
    case Advice::Kind::longer:
      return "train --steps " + std::to_string(2 * command.steps);
    case Advice::Kind::smaller_steps:
      return "train --schedule cosine";
    case Advice::Kind::another_optimizer:
      return "train --optimizer adam";
    case Advice::Kind::validation:
      return "train --validation-split 0.1 --early-stopping 2";
    case Advice::Kind::another_seed:
      break;
  }
  return "train --seed " + std::to_string(command.seed + 1);
}

RunOptions run_options(const Train& command) {
  return {.resume = command.resume,
          .checkpoint_every = command.checkpoint_every,
          .title = "Fashion-MNIST, a training run",
          .settings = options_of(command),
          .files = {{config_in({}).string(), config_text(command)}},
          .how_to_go_on = "fashion_mnist train --resume " + command.out.string(),
          .how = [command](const Advice& advice) { return command_for(command, advice); },
          .on_warning =
              [](const std::string& line) {
                std::cerr << "fashion_mnist train: warning: " << line << '\n';
              }};
}

/// Trains as `command` says, from the beginning or where the run was left.
void train(RunFolder& run, Model<FashionCnn>& model, const Train& command, const Images& images) {
  const SoftmaxCE<> loss{.label_smoothing = command.label_smoothing};
  const FitOptions options = fit_options(command);
  const auto train_with = [&](const auto& optimizer) {
    if (images.validation) {
      Training training(model, loss, optimizer, images.train, *images.validation, options);
      run.train(training);
    } else {
      Training training(model, loss, optimizer, images.train, options);
      run.train(training);
    }
  };
  const double rate = command.chosen_learning_rate();
  if (command.optimizer == Optimizer::adam) {
    train_with(Adam{.learning_rate = rate, .weight_decay = command.weight_decay});
  } else {
    train_with(
        SGD{.learning_rate = rate, .momentum = sgd_momentum, .weight_decay = command.weight_decay});
  }
}

}  // namespace

void run(const Train& asked) {
  auto data = load_data(asked.data);
  const Images images = set_aside(std::move(data.train), asked);
  Train command = asked;
  const Index per_epoch = (images.train.size() + command.batch_size - 1) / command.batch_size;
  if (command.epochs) command.steps = *command.epochs * per_epoch;

  RunFolder run(command.out, run_options(command));
  Model<FashionCnn> model{command.seed};
  const int threads = resolve_threads(command.threads);
  std::cout << '\n'
            << summary(model, {.batch_size = command.batch_size, .threads = threads})
            << "\nTraining: ";
  for (const auto& [name, value] : options_of(command)) std::cout << name << ' ' << value << ", ";
  std::cout << "threads " << threads << std::endl;

  train(run, model, command, images);
  run.finish(model, SoftmaxCE{}, data.test, {.threads = command.threads});
}

}  // namespace fashion_mnist
