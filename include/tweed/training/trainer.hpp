#pragma once

#include <tweed/losses/loss.hpp>
#include <tweed/model/training_pass.hpp>

#include <cmath>
#include <string>

namespace tweed {

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

/// `static_assert(LossFits<Net, Loss>::ok)` is one readable error where they do not go together.
template <class Net, class Loss>
using LossFits = LossRejectsTheOutput<Loss, Net::output, Loss::fit(Net::output).why>;

}  // namespace detail

struct TrainerOptions {
  Index batch_size = 32;   ///< the largest batch
  std::uint64_t seed = 0;  ///< for dropout
  int threads = 0;         ///< 0: all that OpenMP offers
};

/// Trains a model, a step at a time. It owns gradients, the optimiser's state and the memory for
/// the passes; after the first step it allocates nothing.
///
/// A loss has `fit`, `value` and `gradient`, see SoftmaxCE; an optimiser has `State`, `make_state`
/// and `update`, see Adam.
template <class Net, class T, class Loss, class Optimizer>
class Trainer {
  static_assert(detail::LossFits<Net, Loss>::ok);

 public:
  /// The model must outlive the trainer.
  Trainer(Model<Net, T>& model, Loss loss, Optimizer optimizer, const TrainerOptions& options = {})
      : model_(model),
        loss_(loss),
        optimizer_(optimizer),
        state_(optimizer.template make_state<T>(Net::block_size)),
        pass_(options.batch_size, options.threads),
        seed_(options.seed) {}

  /// One step on x [n,h,w,c] and its labels: returns the loss before it. Throws Error, with the
  /// model as it was, where the batch or a label does not fit or the loss is not finite.
  LossSum step(const Batch<const T>& x, std::span<const Label> labels) {
    if (x.count < 1) throw Error("Trainer: the batch is empty");
    const RandomKey random{.seed = seed_, .step = static_cast<std::uint64_t>(steps_)};
    const auto logits = pass_.forward(model_, x, random);
    const LossSum loss = loss_.gradient(logits, labels, pass_.output_gradient());
    if (!std::isfinite(loss.loss)) {
      throw Error(detail::text("training: the loss is ", loss.loss, " at step ", steps_ + 1,
                               "; lower the learning rate or look for broken samples"));
    }
    pass_.backward(model_);
    optimizer_.update(state_, model_.parameters(), pass_.gradients(), pass_.threads());
    ++steps_;
    return loss;
  }

  Index steps() const { return steps_; }
  int threads() const { return pass_.threads(); }
  Optimizer& optimizer() { return optimizer_; }

  /// The optimiser's; 0 where it has none.
  double learning_rate() const {
    if constexpr (requires { optimizer_.learning_rate; }) return optimizer_.learning_rate;
    return 0.0;
  }

 private:
  Model<Net, T>& model_;
  Loss loss_;
  Optimizer optimizer_;
  typename Optimizer::template State<T> state_;
  TrainingPass<Net, T> pass_;
  std::uint64_t seed_;
  Index steps_ = 0;
};

}  // namespace tweed
