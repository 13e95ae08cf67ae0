#pragma once

#include <tweed/core/option.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/training/early_stopping.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <numbers>
#include <span>
#include <utility>

namespace TWEED_NAMESPACE {

/// What a schedule decides from.
struct ScheduleInput {
  Index step = 0;   ///< the step to come, counted from 0
  Index steps = 1;  ///< in all
  /// The loss after each epoch so far: on the validation data or, without any, the mean over the
  /// epoch's batches.
  std::span<const double> epoch_losses = {};
};

/// A function of a ScheduleInput: what the optimiser's learning rate is multiplied by in this step,
/// at least 0, or what its momentum is. It has no state, so training can be resumed anywhere. Any
/// callable will do; those below are the usual ones. They throw Error where an option is out of its
/// range.
template <class S>
concept Schedule = requires(const S& schedule, const ScheduleInput& at) {
  { schedule(at) } -> std::convertible_to<double>;
};

/// Any schedule, or none.
class AnySchedule {
 public:
  using Function = std::function<double(const ScheduleInput&)>;

  AnySchedule() = default;
  AnySchedule(Function function) : function_(std::move(function)) {}
  template <class S>
  requires(!std::same_as<S, AnySchedule> && !std::same_as<S, Function>)
      AnySchedule(const S& schedule) {
    static_assert(Schedule<S>,
                  "tweed: this is no schedule; compare it with the concept Schedule in "
                  "training/schedule.hpp");
    if constexpr (Schedule<S>) function_ = schedule;
  }

  /// Whether there is one.
  explicit operator bool() const { return static_cast<bool>(function_); }
  double operator()(const ScheduleInput& at) const { return function_(at); }

 private:
  Function function_;
};

/// The same rate all the time.
struct ConstantSchedule {
  double operator()(const ScheduleInput&) const { return 1.0; }
};

/// Half a cosine from 1 down to `lowest` (Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent
/// with Warm Restarts*, ICLR 2017), after `warm_up` steps in which the rate rises in equal parts:
/// 1/warm_up, 2/warm_up, ... 1.
struct CosineSchedule {
  Index warm_up = 0;    ///< at least 0
  double lowest = 0.0;  ///< in [0, 1]

  double operator()(const ScheduleInput& at) const {
    detail::check_option("CosineSchedule", "warm_up", warm_up, {.from = 0});
    detail::check_option("CosineSchedule", "lowest", lowest, {.from = 0, .to = 1});
    if (at.step < warm_up) return static_cast<double>(at.step + 1) / static_cast<double>(warm_up);
    const auto done = static_cast<double>(at.step - warm_up);
    const auto all = static_cast<double>(std::max<Index>(at.steps - warm_up, 1));
    return lowest + (1.0 - lowest) * 0.5 * (1.0 + std::cos(std::numbers::pi * done / all));
  }
};

namespace detail {

/// How far along a line, or half a cosine, from one number to the next two at the ends of a cycle:
/// from `first` to `peak` in the share `rise` of all steps, and from there to `last`.
struct OneCycle {
  double rise;
  bool linear;

  double at(const ScheduleInput& input, double first, double peak, double last) const {
    const auto step = static_cast<double>(input.step);
    const auto end = static_cast<double>(input.steps - 1);
    const double turn = std::max(rise * static_cast<double>(input.steps) - 1.0, 0.0);
    if (step < turn) return between(first, peak, step / turn);
    if (end <= turn) return peak;
    return between(peak, last, std::min((step - turn) / (end - turn), 1.0));
  }

 private:
  double between(double from, double to, double share) const {
    if (linear) return from + (to - from) * share;
    return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  }
};

}  // namespace detail

/// Up and down once, with most of the training on the way down (Smith and Topin,
/// *Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates*, 2018), as
/// PyTorch's OneCycleLR: from `first` to 1, the optimiser's rate, in the share `rise` of all steps,
/// and from there to `last`, each along half a cosine or a line. `OneCycleMomentum` is what PyTorch
/// does to the momentum at the same time.
struct OneCycleSchedule {
  double rise = 0.3;        ///< in [0, 1]
  double first = 1.0 / 25;  ///< in [0, 1]
  double last = 4e-6;       ///< in [0, 1]
  bool linear = false;

  double operator()(const ScheduleInput& at) const {
    detail::check_option("OneCycleSchedule", "rise", rise, {.from = 0, .to = 1});
    detail::check_option("OneCycleSchedule", "first", first, {.from = 0, .to = 1});
    detail::check_option("OneCycleSchedule", "last", last, {.from = 0, .to = 1});
    return detail::OneCycle{rise, linear}.at(at, first, 1.0, last);
  }
};

/// The momentum beside a OneCycleSchedule, as PyTorch's OneCycleLR cycles it: from `highest` down
/// to `lowest` while the rate rises, and back while it falls. For `FitOptions::momentum_schedule`.
struct OneCycleMomentum {
  double rise = 0.3;      ///< in [0, 1]
  double highest = 0.95;  ///< in [0, 1)
  double lowest = 0.85;   ///< in [0, 1)
  bool linear = false;

  double operator()(const ScheduleInput& at) const {
    detail::check_option("OneCycleMomentum", "rise", rise, {.from = 0, .to = 1});
    detail::check_option("OneCycleMomentum", "highest", highest, {.from = 0, .below = 1});
    detail::check_option("OneCycleMomentum", "lowest", lowest, {.from = 0, .below = 1});
    return detail::OneCycle{rise, linear}.at(at, highest, lowest, highest);
  }
};

/// Up and down along straight lines, again and again (Smith, *Cyclical Learning Rates for Training
/// Neural Networks*, WACV 2017), as PyTorch's CyclicLR: from `lowest` to 1, the optimiser's rate,
/// in `up` steps, and back in `down`. What is above `lowest` is multiplied by `factor` from each
/// cycle to the next: 0.5 is Smith's triangular2.
struct TriangularSchedule {
  Index up = 2000;      ///< at least 1
  Index down = 0;       ///< at least 0; 0: as many as `up`
  double lowest = 0.1;  ///< in [0, 1]
  double factor = 1.0;  ///< in [0, 1]

  double operator()(const ScheduleInput& at) const {
    detail::check_option("TriangularSchedule", "up", up, {.from = 1, .to = longest_});
    detail::check_option("TriangularSchedule", "down", down, {.from = 0, .to = longest_});
    detail::check_option("TriangularSchedule", "lowest", lowest, {.from = 0, .to = 1});
    detail::check_option("TriangularSchedule", "factor", factor, {.from = 0, .to = 1});
    const Index back = down == 0 ? up : down;
    const Index within = at.step % (up + back);
    const double height = within <= up
                              ? static_cast<double>(within) / static_cast<double>(up)
                              : static_cast<double>(up + back - within) / static_cast<double>(back);
    const double shrunk = std::pow(factor, static_cast<double>(at.step / (up + back)));
    return lowest + (1.0 - lowest) * height * shrunk;
  }

 private:
  static constexpr double longest_ = 1e15;
};

/// Times `factor` after every `every` steps.
struct StepSchedule {
  Index every;          ///< at least 1
  double factor = 0.1;  ///< at least 0

  double operator()(const ScheduleInput& at) const {
    detail::check_option("StepSchedule", "every", every, {.from = 1});
    detail::check_option("StepSchedule", "factor", factor, {.from = 0});
    return std::pow(factor, static_cast<double>(at.step / every));
  }
};

/// Times `factor`, but never below `lowest`, whenever for `patience` epochs the loss has not fallen
/// below its best by more than `min_delta`: as Keras's ReduceLROnPlateau.
struct PlateauSchedule {
  Index patience = 10;      ///< at least 0
  double factor = 0.1;      ///< in [0, 1)
  double min_delta = 1e-4;  ///< at least 0
  double lowest = 0.0;      ///< in [0, 1]

  double operator()(const ScheduleInput& at) const {
    detail::check_option("PlateauSchedule", "patience", patience, {.from = 0});
    detail::check_option("PlateauSchedule", "factor", factor, {.from = 0, .below = 1});
    detail::check_option("PlateauSchedule", "min_delta", min_delta, {.from = 0});
    detail::check_option("PlateauSchedule", "lowest", lowest, {.from = 0, .to = 1});
    BestLoss best;
    double rate = 1.0;
    for (const double loss : at.epoch_losses) {
      if (best.add(loss, min_delta) || best.waited < patience) continue;
      rate = std::max(rate * factor, lowest);
      best.waited = 0;
    }
    return rate;
  }
};

}  // namespace TWEED_NAMESPACE
