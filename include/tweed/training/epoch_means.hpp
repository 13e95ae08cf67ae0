#pragma once

#include <tweed/training/evaluate.hpp>
#include <tweed/training/history.hpp>

#include <algorithm>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// Means over the batches of an epoch, from 1, that the history has of it.
[[gnu::cold]] inline Evaluation epoch_means(const History& history, Index epoch, Index per_epoch) {
  const Index first = (epoch - 1) * per_epoch;
  const Index count = std::min(per_epoch, std::ssize(history.steps) - first);
  Evaluation sum;
  for (Index i = first; i < first + count; ++i) {
    const StepRecord& step = history.steps[static_cast<std::size_t>(i)];
    sum.loss += step.loss;
    sum.accuracy += step.accuracy;
  }
  return {sum.loss / static_cast<double>(count), sum.accuracy / static_cast<double>(count)};
}

/// Adds the loss of each epoch that has ended: of the validation, or without any of its batches. An
/// epoch that is not whole has ended if training has.
[[gnu::cold]] inline void add_epoch_losses(const History& history, bool has_validation,
                                           Index per_epoch, bool finished,
                                           std::vector<double>& losses) {
  for (const ValidationRecord& record : history.validations) losses.push_back(record.loss);
  if (has_validation) return;
  const Index steps = std::ssize(history.steps);
  const Index epochs = steps / per_epoch + (finished && steps % per_epoch != 0 ? 1 : 0);
  for (Index epoch = 1; epoch <= epochs; ++epoch) {
    losses.push_back(epoch_means(history, epoch, per_epoch).loss);
  }
}

}  // namespace TWEED_NAMESPACE::detail
