#include "train_network.hpp"

#include "config_file.hpp"
#include "interrupt.hpp"
#include "progress.hpp"

#include <tweed/augment/compose.hpp>
#include <tweed/augment/random_crop.hpp>
#include <tweed/augment/random_flip.hpp>
#include <tweed/io/checkpoint_folder.hpp>

#include <iostream>
#include <utility>
#include <vector>

namespace fashion_mnist {

namespace {

AnyAugmentation augmentation_of(const Train& command) {
  std::vector<AnyAugmentation> parts;
  if (command.shift) parts.push_back(RandomCrop{.padding = augment_shift});
  if (command.flip) parts.push_back(RandomHorizontalFlip{});
  if (parts.empty()) return {};
  return Compose(std::move(parts));
}

FitOptions options_of(const Train& command) {
  FitOptions options{.batch_size = command.batch_size,
                     .steps = command.steps,
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

template <class Training>
void resume(Training& training, const Train& command, const CheckpointFolder& checkpoints,
            const std::string& config) {
  const auto resumed = checkpoints.resume(training);
  if (!resumed) {
    std::cout << "No checkpoint in " << command.out.string() << " yet: from the beginning"
              << std::endl;
    return;
  }
  for (const std::string& damaged : resumed->damaged) {
    std::cerr << "fashion_mnist train: warning: " << damaged << "; using the one before\n";
  }
  const auto made_with = resumed->metadata.find("config");
  if (made_with == resumed->metadata.end() || made_with->second != config) {
    throw Error(config_in(command.out).string() + ": not the options that " +
                resumed->path.string() + " was made with");
  }
  std::cout << "Resumed after step " << resumed->step << std::endl;
}

template <class Training>
Trained go(Training&& training, const Train& command) {
  const CheckpointFolder checkpoints(command.out, command.checkpoint_every);
  const std::string config = config_text(command);
  if (command.resume) {
    resume(training, command, checkpoints, config);
  } else {
    checkpoints.clear();
    write_config(config_in(command.out), command);
  }

  TrainingLog log(training.steps(), training.steps_done());
  Progress progress;
  const InterruptWatch watch;
  while (!training.finished()) {
    log.add(training.step().batch);
    progress.show(log);
    if (checkpoints.is_due(training) || watch.interrupted()) {
      checkpoints.save(training, {{"config", config}});
    }
    if (watch.interrupted()) {
      throw Interrupted("interrupted after step " + std::to_string(training.steps_done()) +
                        "; go on with: fashion_mnist train --resume " + command.out.string());
    }
  }
  if (training.stopped()) {
    std::cout << "Stopped after step " << training.steps_done() << ": no progress\n";
  }
  return {training.history(), std::move(log)};
}

}  // namespace

Trained train_network(Model<FashionCnn>& model, const Train& command, const Dataset<>& images,
                      const Dataset<>* validation) {
  const SoftmaxCE<> loss{.label_smoothing = command.label_smoothing};
  const FitOptions options = options_of(command);
  const auto train_with = [&](const auto& optimizer) {
    if (validation == nullptr)
      return go(Training(model, loss, optimizer, images, options), command);
    return go(Training(model, loss, optimizer, images, *validation, options), command);
  };
  const double learning_rate = command.chosen_learning_rate();
  if (command.optimizer == Optimizer::adam) {
    return train_with(Adam{.learning_rate = learning_rate, .weight_decay = command.weight_decay});
  }
  return train_with(SGD{.learning_rate = learning_rate,
                        .momentum = sgd_momentum,
                        .weight_decay = command.weight_decay});
}

}  // namespace fashion_mnist
