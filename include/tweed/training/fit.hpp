#pragma once

#include <tweed/data/batches.hpp>
#include <tweed/training/history.hpp>
#include <tweed/training/trainer.hpp>

#include <functional>
#include <vector>

namespace tweed {

/// What `fit` tells after each step.
struct StepReport {
  Index step = 0;   ///< from 1
  Index steps = 0;  ///< in all
  Index epoch = 0;  ///< from 1
  LossSum batch;    ///< of this step's batch, before the step
};

struct FitOptions {
  Index batch_size = 32;
  Index epochs = 1;
  Index steps = 0;         ///< if not 0, this many batches instead of `epochs`
  std::uint64_t seed = 0;  ///< for the order of the samples and for dropout
  int threads = 0;         ///< 0: all that OpenMP offers
  std::function<void(const StepReport&)> on_step = {};
};

/// Trains `model` on `data` in shuffled batches.
///
///     fit(model, SoftmaxCE{}, Adam{.learning_rate = 1e-3}, train, {.batch_size = 100, .epochs =
///     2});
///
/// The same model, data, options and seed give the same weights to the bit, for any number of
/// threads. Throws Error where the data do not fit the network or the loss stops being finite.
template <class Net, class T, class Loss, class Optimizer, class Pixel>
History fit(Model<Net, T>& model, const Loss& loss, const Optimizer& optimizer,
            const Dataset<Pixel>& data, const FitOptions& options = {}) {
  check_dataset(data, Net::input, Net::output.channels);
  BatchOrder order(data.size(), options.batch_size, options.seed);
  const Index largest = std::min(options.batch_size, data.size());
  Trainer trainer(model, loss, optimizer,
                  {.batch_size = largest, .seed = options.seed, .threads = options.threads});
  const Index steps =
      options.steps > 0 ? options.steps : options.epochs * order.batches_per_epoch();
  Buffer<T> pixels(largest * Net::input.size());
  std::vector<Label> labels(static_cast<std::size_t>(largest));
  History history;
  history.steps.reserve(static_cast<std::size_t>(steps));
  for (Index step = 0; step < steps; ++step) {
    const auto positions = order.batch(step);
    const Batch<T> x{pixels.data(), std::ssize(positions), Net::input};
    const auto y = std::span(labels).first(positions.size());
    gather(data, positions, x, y, trainer.threads());
    const LossSum batch = trainer.step(x, y);
    history.steps.push_back({batch.mean_loss(), batch.accuracy(), trainer.learning_rate()});
    if (options.on_step) options.on_step({step + 1, steps, order.epoch(step) + 1, batch});
  }
  return history;
}

}  // namespace tweed
