#include "commands.hpp"
#include "data.hpp"
#include "networks.hpp"
#include "options.hpp"

#include <tweed/augment/compose.hpp>
#include <tweed/augment/named_augmentation.hpp>
#include <tweed/data/split.hpp>
#include <tweed/reporting/run_folder.hpp>
#include <tweed/training/whitening.hpp>

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
  for (const std::string& part : command.augment)
    parts.push_back(named_augmentation(part, FashionCnn::input));
  if (parts.empty()) return {};
  return Compose(std::move(parts));
}

AnySchedule schedule_of(const Train& command) {
  if (command.schedule == "cosine") return CosineSchedule{.warm_up = command.steps / 20};
  if (command.schedule == "step") return StepSchedule{.every = (command.steps + 2) / 3};
  if (command.schedule == "plateau") return PlateauSchedule{.patience = 2, .factor = 0.5};
  if (command.schedule == "constant") return {};
  return OneCycleSchedule{.rise = command.rise,
                          .first = command.first,
                          .last = command.last,
                          .linear = command.schedule == "triangle"};
}

/// Weight decay is not multiplied by the rate of the shifts, the stem's bias has none, and what was
/// set beforehand stays as it is.
ParameterGroups groups_of(const Train& command) {
  const bool only_kernels = command.decay_of == "kernels";
  if (command.network == "reference") {
    if (!only_kernels) return {};
    return {{.match = "*.bias", .weight_decay = 0}};
  }
  const double decay = only_kernels ? 0.0 : command.weight_decay / command.shift_rate;
  std::vector<ParameterGroup> groups{
      {.match = "*.shift", .rate_factor = command.shift_rate, .weight_decay = decay},
      {.match = "dense_1.kernel", .rate_factor = command.head_rate},
      {.match = "layer_scale_1.scale", .frozen = true}};
  if (command.stem > 0) groups.push_back({.match = "conv2d_1.bias", .weight_decay = 0});
  if (command.whiten > 0) groups.push_back({.match = "conv2d_1.kernel", .frozen = true});
  return ParameterGroups(groups);
}

FitOptions fit_options(const Train& command) {
  FitOptions options{.batch_size = command.batch_size,
                     .epochs = command.epochs.value_or(1),
                     .steps = command.epochs ? 0 : command.steps,
                     .seed = command.seed,
                     .threads = command.threads,
                     .clip_norm = command.clip_norm,
                     .groups = groups_of(command),
                     .augmentation = augmentation_of(command),
                     .schedule = schedule_of(command)};
  if (command.validation_split > 0) options.validation_views = views_named(command.views);
  if (command.early_stopping) options.early_stopping = {.patience = *command.early_stopping};
  if (command.average) options.average = {.decay = *command.average};
  return options;
}

/// The command line that follows an advice.
std::string command_for(const Train& command, const Advice& advice) {
  switch (advice.kind) {
    case Advice::Kind::more_samples:
      return !command.augment.empty() ? "train --weight-decay 0.05" : "train --augment shift,flip";
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
void train(RunFolder& run, AnyModel& model, const Train& command, const Images& images) {
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
  const double decay = command.weight_decay;
  const SGD sgd{.learning_rate = rate,
                .momentum = command.chosen_momentum(),
                .nesterov = command.optimizer == "nesterov",
                .weight_decay = decay};
  if (command.optimizer == "adam") {
    train_with(Adam{.learning_rate = rate, .weight_decay = decay});
  } else if (command.optimizer == "muon") {
    train_with(Muon{.learning_rate = rate,
                    .momentum = command.chosen_momentum(),
                    .weight_decay = decay,
                    .companion = {.learning_rate = command.companion_rate}});
  } else if (command.lookahead) {
    train_with(Lookahead{sgd, {.every = *command.lookahead}});
  } else {
    train_with(sgd);
  }
}

void run(const Train& asked) {
  AnyModel model{network_of(asked), asked.seed};
  auto data = load_data(asked.data);
  const Images images = set_aside(std::move(data.train), asked);
  Train command = asked;
  const Index per_epoch = (images.train.size() + command.batch_size - 1) / command.batch_size;
  if (command.epochs) command.steps = *command.epochs * per_epoch;

  RunFolder run(command.out, run_options(command));
  const int threads = resolve_threads(command.threads);
  std::cout << '\n'
            << summary(model, {.batch_size = command.batch_size, .threads = threads})
            << "\nTraining: ";
  for (const auto& [name, value] : options_of(command)) std::cout << name << ' ' << value << ", ";
  std::cout << "threads " << threads << std::endl;

  if (command.network != "reference" && command.whiten > 0) {
    whiten(model, "conv2d_1", images.train,
           {.samples = command.whiten, .centered = false, .threads = threads});
  }
  train(run, model, command, images);
  run.finish(model, SoftmaxCE{}, data.test,
             {.threads = command.threads, .views = views_named(command.views)});
}

}  // namespace

void add_train(CLI::App& program) {
  CLI::App& command = *program.add_subcommand("train", "Train a network, test it and save it");
  const auto options = std::make_shared<Train>();
  add_options(command, *options);
  command.callback([&command, options] {
    check_options(command, *options);
    if (options->print_config) {
      std::cout << config_text(*options);
    } else {
      run(*options);
    }
  });
}

}  // namespace fashion_mnist
