#pragma once

#include <tweed/core/enumerator_name.hpp>
#include <tweed/losses/loss.hpp>
#include <tweed/model/training_pass.hpp>
#include <tweed/optim/clip_norm.hpp>

#include <cmath>
#include <string>

namespace TWEED_NAMESPACE {

namespace detail {

/// Carries the facts of a misfit between network and loss into the compiler's message.
template <class Loss, Shape output, auto why>
struct LossRejectsTheOutput {
  static_assert(
      static_cast<int>(why) == 0,
      "tweed: the loss cannot take the network's output; the loss, the output's shape and "
      "the reason are in the line that names LossRejectsTheOutput");
  static constexpr bool ok = true;
};

/// Refuses a loss that cannot take the network's output: while compiling where the network is a
/// type, in one readable error, and else by Error.
template <class Loss, class Net, class T>
void check_loss(const char* who, const Model<Net, T>& model) {
  if constexpr (StaticNetwork<Net>) {
    static_assert(
        Net::graph.outputs.size() == 1,
        "tweed: the network has several outputs, and a loss is of one; sum the losses in a "
        "loop of your own over TrainingPass");
    static_assert(LossRejectsTheOutput<Loss, Net::output, Loss::fit(Net::output).why>::ok);
  } else if (model.graph().outputs.size() != 1) {
    throw Error(text(who, ": the network has ", model.graph().outputs.size(),
                     " outputs, and a loss is of one; sum the losses in a loop of your own over "
                     "TrainingPass"));
  } else if (const auto why = Loss::fit(model.output_shape()).why; static_cast<int>(why) != 0) {
    throw Error(text(who, ": the loss cannot take outputs of ", to_string(model.output_shape()),
                     ": ", enumerator_words(why)));
  }
}

}  // namespace detail

struct TrainerOptions {
  Index batch_size = 32;   ///< the largest batch
  std::uint64_t seed = 0;  ///< for dropout
  int threads = 0;         ///< 0: all that OpenMP offers
  double clip_norm =
      0.0;  ///< if not 0, the gradient is scaled down to this norm where it is longer
};

/// Trains a model, a step at a time. It owns gradients, the optimiser's state and the memory for
/// the passes; after the first step it allocates nothing.
///
/// A loss has `fit`, `value` and `gradient`, see SoftmaxCE; an optimiser has `State`, `make_state`
/// and `update`, see Adam. Either may have a `name` and `visit`, which shows its settings: then a
/// checkpoint knows it.
template <class Net, class T, class Loss, class Optimizer>
class Trainer {
 public:
  /// The model must outlive the trainer. Throws Error where an option is out of its range.
  [[gnu::cold]] Trainer(Model<Net, T>& model, Loss loss, Optimizer optimizer,
                        const TrainerOptions& options = {})
      : model_(model),
        loss_(loss),
        optimizer_(optimizer),
        state_(optimizer.template make_state<T>(std::ssize(model.parameters()))),
        pass_(model, detail::checked_batch_size("TrainerOptions", options.batch_size),
              options.threads),
        seed_(options.seed),
        clip_norm_(options.clip_norm) {
    detail::check_loss<Loss>("Trainer", model);
    detail::check_option("TrainerOptions", "clip_norm", clip_norm_, {.from = 0});
  }

  /// One step on x [n,h,w,c] and what the loss compares with, such as labels: returns the loss
  /// before it. Throws Error, with the model as it was, where the batch or a target does not fit or
  /// the loss, or the norm of a gradient to be clipped, is not finite.
  template <class Targets = std::span<const Label>>
  LossSum step(const Batch<const T>& x, const Targets& targets) {
    if (x.count < 1) throw Error("Trainer: the batch is empty");
    const RandomKey random{.seed = seed_, .step = static_cast<std::uint64_t>(steps_)};
    const auto logits = pass_.forward(model_, x, random);
    const LossSum loss = loss_.gradient(logits, targets, pass_.output_gradient());
    check_finite("the loss", loss.loss);
    pass_.backward(model_);
    if (clip_norm_ > 0.0) {
      check_finite("the gradient's norm",
                   tweed::clip_norm(pass_.gradients(), clip_norm_, pass_.threads()));
    }
    optimizer_.update(state_, model_.parameters(), pass_.gradients(), pass_.threads());
    pass_.commit(model_);
    ++steps_;
    return loss;
  }

  Index steps() const { return steps_; }
  int threads() const { return pass_.threads(); }
  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }

  /// The optimiser's; 0 where it has none.
  double learning_rate() const {
    if constexpr (requires { optimizer_.learning_rate; }) return optimizer_.learning_rate;
    return 0.0;
  }

  /// What the optimiser remembers. With it and the number of steps a trainer goes on where another
  /// one stopped.
  typename Optimizer::template State<T>& state() { return state_; }
  void resume(Index steps) { steps_ = steps; }

 private:
  [[gnu::cold]] void check_finite(const char* what, double value) const {
    if (std::isfinite(value)) return;
    throw Error(detail::text("training: ", what, " is ", value, " at step ", steps_ + 1,
                             "; lower the learning rate or look for broken samples"));
  }

  Model<Net, T>& model_;
  Loss loss_;
  Optimizer optimizer_;
  typename Optimizer::template State<T> state_;
  TrainingPass<Net, T> pass_;
  std::uint64_t seed_;
  double clip_norm_;
  Index steps_ = 0;
};

}  // namespace TWEED_NAMESPACE
