#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/training/fit_options.hpp>

#include <algorithm>
#include <cstdint>

namespace TWEED_NAMESPACE::detail {

inline constexpr double most_steps = 1e15;

/// The options, if they are within their ranges and can take effect. Throws Error otherwise.
[[gnu::cold]] inline const FitOptions& checked(const FitOptions& options, bool has_validation) {
  check_option("FitOptions", "batch_size", options.batch_size, {.from = 1});
  check_option("FitOptions", "epochs", options.epochs, {.from = options.steps > 0 ? 0.0 : 1.0});
  check_option("FitOptions", "steps", options.steps, {.from = 0, .to = most_steps});
  check_option("FitOptions", "clip_norm", options.clip_norm, {.from = 0});
  check_option("FitOptions", "accumulate", options.accumulate,
               {.from = 1, .to = static_cast<double>(std::int64_t{1} << 30)});
  if (const auto& average = options.average) {
    check_option("WeightAverage", "decay", average->decay, {.from = 0, .below = 1});
  }
  if (const auto& stopping = options.early_stopping) {
    check_option("EarlyStopping", "patience", stopping->patience, {.from = 0});
    check_option("EarlyStopping", "min_delta", stopping->min_delta, {.from = 0});
  }
  if (!options.validation_views.empty() && !has_validation) {
    throw Error("FitOptions: validation_views are given, but no data to validate on");
  }
  return options;
}

/// Samples that make up a step, whatever numbers the options have.
[[gnu::cold]] inline Index samples_of_step(const FitOptions& options, Index samples) {
  if (options.batch_size > samples) return options.batch_size;
  const Index most = samples / options.batch_size + 1;  // more would be a step of all, too
  return options.batch_size * std::min(options.accumulate, most);
}

/// How many steps they ask for.
[[gnu::cold]] inline Index steps_of(const FitOptions& options, Index batches_per_epoch) {
  if (options.steps > 0) return options.steps;
  const double most = most_steps / static_cast<double>(batches_per_epoch);
  check_option("FitOptions", "epochs", options.epochs, {.from = 1, .to = most});
  return options.epochs * batches_per_epoch;
}

}  // namespace TWEED_NAMESPACE::detail
