#pragma once

#include <tweed/losses/batch_loss.hpp>
#include <tweed/model/training_pass.hpp>
#include <tweed/optim/clip_norm.hpp>
#include <tweed/training/check_loss.hpp>
#include <tweed/training/gradient_sum.hpp>
#include <tweed/training/grouped_optimizer.hpp>

#include <cmath>
#include <memory>
#include <string>

namespace TWEED_NAMESPACE {

struct TrainerOptions {
  Index batch_size = 32;   ///< the largest batch
  std::uint64_t seed = 0;  ///< for dropout
  int threads = 0;         ///< 0: all that OpenMP offers
  double clip_norm =
      0.0;  ///< if not 0, the gradient is scaled down to this norm where it is longer
  /// Parameters with other rates or decays, or that stay as they are.
  ParameterGroups groups = {};
};

/// Trains a model, a step at a time. It owns gradients, the optimiser's state and the memory for
/// the passes; after the first step it allocates nothing.
///
/// The concepts `Loss` and `Optimizer` say what a loss and an optimiser are; that of several
/// outputs is a SumOfLosses.
template <class Net, class T, tweed::Loss Loss, tweed::Optimizer<T> Optimizer>
class Trainer {
 public:
  /// The model must outlive the trainer. Throws Error where an option is out of its range.
  [[gnu::cold]] Trainer(Model<Net, T>& model, Loss loss, Optimizer optimizer,
                        const TrainerOptions& options = {})
      : model_(model),
        loss_(loss),
        parts_(detail::parts_of("parameter groups", model.layout(), model.graph(), options.groups)),
        optimizer_("parameter groups", optimizer, parts_),
        pass_(model, detail::checked_batch_size("TrainerOptions", options.batch_size),
              options.threads, parts_->frozen_layers),
        seed_(options.seed),
        clip_norm_(options.clip_norm) {
    detail::check_loss<Loss>("Trainer", model);
    detail::check_option("TrainerOptions", "clip_norm", clip_norm_, {.from = 0});
  }

  /// What the loss adds up to: LossSum, or LossSums where it is a SumOfLosses.
  using Sum = typename detail::LossTraits<Loss>::Sum;

  /// One step on x [n,h,w,c] and what the loss compares with, such as labels: returns the loss
  /// before it. What each sample's loss is multiplied by may be given, too. Throws Error, with the
  /// model as it was, where the batch or a target does not fit or the loss, or the norm of a
  /// gradient to be clipped, is not finite.
  template <class Targets = std::span<const Label>, class Weights = std::span<const float>>
  Sum step(const Batch<const T>& x, const Targets& targets, const Weights& weights = {}) {
    return step(std::span(&x, 1), targets, weights);
  }

  /// One step on a batch of each input, all of as many samples. For a SumOfLosses `targets` is a
  /// tuple, of what each of its losses compares with, and `weights` may be an array.
  template <class Targets = std::span<const Label>, class Weights = std::span<const float>>
  Sum step(std::span<const Batch<const T>> inputs, const Targets& targets,
           const Weights& weights = {}) {
    return guarded<Targets>([&] { return checked_step(inputs, targets, weights); });
  }

  /// Forward and backward on a part of a batch that does not fit in one: the next `step` is on its
  /// samples as well as on its own, each counting once; what a SumOfLosses ignores counts, too.
  /// Returns the loss of the part. Running statistics follow each part. Throws Error as `step`
  /// does, and forgets the parts before.
  template <class Targets = std::span<const Label>, class Weights = std::span<const float>>
  Sum add(const Batch<const T>& x, const Targets& targets, const Weights& weights = {}) {
    return add(std::span(&x, 1), targets, weights);
  }
  template <class Targets = std::span<const Label>, class Weights = std::span<const float>>
  Sum add(std::span<const Batch<const T>> inputs, const Targets& targets,
          const Weights& weights = {}) {
    return guarded<Targets>([&] { return checked_add(inputs, targets, weights); });
  }

  Index steps() const { return steps_; }
  int threads() const { return pass_.threads(); }
  Optimizer& optimizer() { return optimizer_.optimizer(); }
  const Optimizer& optimizer() const { return optimizer_.optimizer(); }

  /// The optimiser's; 0 where it has none.
  double learning_rate() const { return detail::rate_of(optimizer()); }

  /// What the optimiser remembers; where there are groups, of the first parameters that are not
  /// frozen. With it and the number of steps a trainer goes on where another one stopped.
  typename Optimizer::template State<T>& state() { return optimizer_.first_state(); }
  /// All of it: `visit(part, name, span or number)`.
  template <class Visit>
  void visit_state(const Visit& visit) {
    optimizer_.visit_state(visit);
  }
  void resume(Index steps) { steps_ = steps; }

  /// Goes on where a trainer of another model with the same parameters stopped, such as one for
  /// images of another size: with its steps, and with what its optimiser remembers. Throws Error
  /// where parameters or groups differ.
  template <class Other>
  void resume(const Trainer<Other, T, Loss, Optimizer>& other) {
    optimizer_.remember(other.memory());
    steps_ = other.steps();
  }

  /// What the optimiser remembers of all parameters, for `resume`.
  const detail::GroupedOptimizer<Optimizer, T>& memory() const { return optimizer_; }

 private:
  /// Forward and backward, with random numbers of its own in each part of a step.
  template <class Targets, class Weights>
  Sum pass_over(std::span<const Batch<const T>> inputs, const Targets& targets,
                const Weights& weights) {
    if (inputs.empty() || inputs[0].count < 1) throw Error("Trainer: the batch is empty");
    const auto part = static_cast<std::uint64_t>(so_far_.parts()) << 32;
    pass_.forward(model_, inputs,
                  {.seed = seed_, .step = static_cast<std::uint64_t>(steps_) + part});
    const Sum loss = detail::loss_gradient_of_pass(loss_, pass_, targets, weights);
    check_finite("the loss", loss.loss);
    pass_.backward(model_);
    return loss;
  }

  template <class Targets, class Weights>
  Sum checked_add(std::span<const Batch<const T>> inputs, const Targets& targets,
                  const Weights& weights) {
    const Sum loss = pass_over(inputs, targets, weights);
    so_far_.remember(model_.state());
    so_far_.add(pass_.gradients(), share_of<Targets>(loss, inputs[0].count), pass_.threads());
    pass_.commit(model_);
    return loss;
  }

  template <class Targets, class Weights>
  Sum checked_step(std::span<const Batch<const T>> inputs, const Targets& targets,
                   const Weights& weights) {
    const Sum loss = pass_over(inputs, targets, weights);
    so_far_.finish(pass_.gradients(), share_of<Targets>(loss, inputs[0].count), pass_.threads());
    if (clip_norm_ > 0.0) {
      optimizer_.clear_frozen(pass_.gradients());
      check_finite("the gradient's norm",
                   tweed::clip_norm(pass_.gradients(), clip_norm_, pass_.threads()));
    }
    optimizer_.update(model_.parameters(), pass_.gradients(), pass_.threads());
    pass_.commit(model_);
    so_far_.clear();
    ++steps_;
    return loss;
  }

  /// What a part of a batch counts as: its samples or, where labels have weights, those.
  template <class Targets>
  static double share_of([[maybe_unused]] const Sum& loss, [[maybe_unused]] Index samples) {
    if constexpr (detail::TellsOfOne<Loss, T, Targets>) {
      return loss.weight();
    } else {
      return static_cast<double>(samples);
    }
  }

  /// What `run` returns. If it throws, the model is as it was before the step.
  template <class Targets, class Run>
  Sum guarded(const Run& run) {
    if constexpr (detail::check_targets<Loss, T, Targets>()) {
      try {
        return run();
      } catch (...) {
        so_far_.restore(model_.state());
        throw;
      }
    } else {
      return {};
    }
  }

  [[gnu::cold]] void check_finite(const char* what, double value) const {
    if (std::isfinite(value)) return;
    throw Error(detail::text("training: ", what, " is ", value, " at step ", steps_ + 1,
                             "; lower the learning rate or look for broken samples"));
  }

  Model<Net, T>& model_;
  Loss loss_;
  std::shared_ptr<const detail::ParameterParts> parts_;
  detail::GroupedOptimizer<Optimizer, T> optimizer_;
  TrainingPass<Net, T> pass_;
  detail::GradientSum<T> so_far_;  // of the step to come
  std::uint64_t seed_;
  double clip_norm_;
  Index steps_ = 0;
};

}  // namespace TWEED_NAMESPACE
