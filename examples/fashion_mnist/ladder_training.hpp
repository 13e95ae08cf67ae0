#pragma once

#include "ladder.hpp"
#include "progress.hpp"

#include <tweed/tweed.hpp>

namespace fashion_mnist {

inline constexpr tweed::Index ladder_batch_size = 100;
inline constexpr double ladder_learning_rate = 0.001;

/// Trains a fresh `Net` as `stage` says, and tests it.
template <class Net>
LadderResult train_ladder_network(const LadderStage& stage, const LadderTraining& training) {
  using namespace tweed;
  Model<Net> model{training.seed};
  TrainingLog log(stage.steps);
  Progress progress;
  const auto train_with = [&](const auto& optimizer) {
    return fit(model, SoftmaxCE{}, optimizer, training.train_data,
               {.batch_size = ladder_batch_size,
                .steps = stage.steps,
                .seed = training.seed,
                .threads = training.threads,
                .on_step = [&](const StepReport& report) {
                  log.add(report.batch);
                  progress.show(log);
                }});
  };
  LadderResult result;
  result.history = stage.optimizer == Optimizer::adam
                       ? train_with(Adam{.learning_rate = ladder_learning_rate})
                       : train_with(SGD{.learning_rate = ladder_learning_rate});
  result.seconds = log.seconds();
  result.accuracy =
      evaluate(model, SoftmaxCE{}, training.test_data, {.threads = training.threads}).accuracy;
  return result;
}

}  // namespace fashion_mnist
