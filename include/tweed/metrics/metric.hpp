#pragma once

#include <tweed/core/batch.hpp>

#include <concepts>
#include <span>

namespace TWEED_NAMESPACE {

/// What `measure` takes as a metric: a value that gathers what it must know, batch after batch. It
/// has
/// - `void add(const Batch<const T>& outputs, targets)`, which looks at a batch: what the network
///   puts out, and what the data say, `std::span<const Label>` of a `Dataset`, `std::span<const T>`
///   of a `RegressionDataset`. It throws Error where they do not fit;
/// - `double value() const`, of all that was added;
/// - optional: `add(outputs, targets, int threads)`, which does so on several threads, and then is
///   what is called;
/// - optional: `bool ignores_labels() const`, whether it takes labels that are no classes.
///
/// It may tell more through members of its own, as `ConfusionMatrix` does.
template <class M, class T = float, class Targets = std::span<const Label>>
concept Metric = requires(M& metric, const M& gathered, const Batch<const T>& outputs,
                          const Targets& targets) {
  metric.add(outputs, targets);
  { gathered.value() } -> std::convertible_to<double>;
};

}  // namespace TWEED_NAMESPACE
