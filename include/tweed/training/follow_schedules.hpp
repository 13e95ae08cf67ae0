#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/optim/optimizer.hpp>
#include <tweed/training/fit_options.hpp>

namespace TWEED_NAMESPACE::detail {

/// Throws Error for a schedule of what the optimiser does not have.
template <class Optimizer>
[[gnu::cold]] void check_schedules(const FitOptions& options, const Optimizer& optimizer) {
  if (options.schedule && !HasRate<Optimizer>) {
    throw Error("FitOptions: a schedule is given, but the optimiser has no learning_rate");
  }
  if (!options.momentum_schedule) return;
  if constexpr (!HasMomentum<Optimizer>) {
    throw Error("FitOptions: a momentum_schedule is given, but the optimiser has no momentum");
  } else if (!keeps_momentum(optimizer)) {
    throw Error(
        "FitOptions: a momentum_schedule is given, but the optimiser's momentum is 0: give it one "
        "above 0");
  }
}

/// Gives the optimiser of a step what the schedules make of the settings that it was given with.
template <class Optimizer>
void follow_schedules(const FitOptions& options, const ScheduleInput& at, const Optimizer& given,
                      Optimizer& to) {
  if (!options.schedule && !options.momentum_schedule) return;
  if constexpr (HasRate<Optimizer> || HasMomentum<Optimizer>) to = given;
  if constexpr (HasRate<Optimizer>) {
    if (options.schedule) {
      const double factor = options.schedule(at);
      check_option("FitOptions", "the schedule's factor", factor, {.from = 0});
      scale_rate(to, factor);
    }
  }
  if constexpr (HasMomentum<Optimizer>) {
    if (options.momentum_schedule) set_momentum(to, options.momentum_schedule(at));
  }
}

}  // namespace TWEED_NAMESPACE::detail
