#pragma once

#include <tweed/core/batch.hpp>

#include <array>
#include <concepts>
#include <utility>

namespace TWEED_NAMESPACE {

/// A loss over some samples, added up: divide by `count` for the mean.
struct LossSum {
  double loss = 0.0;
  Index correct = 0;  ///< samples whose largest output is at their label
  Index count = 0;

  double mean_loss() const { return loss / static_cast<double>(count); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(count); }

  LossSum& operator+=(const LossSum& other) {
    loss += other.loss;
    correct += other.correct;
    count += other.count;
    return *this;
  }
};

namespace detail {

/// A loss of several outputs, such as `SumOfLosses`.
template <class Loss>
concept OfSeveralOutputs = requires {
  Loss::outputs;
};

/// How many outputs of a network a loss is of, the loss of output k, and what it adds up to.
template <class Loss>
struct LossTraits {
  static constexpr std::size_t outputs = 1;
  template <std::size_t>
  using LossOf = Loss;
  using Sum = LossSum;
};
template <OfSeveralOutputs Loss>
struct LossTraits<Loss> {
  static constexpr std::size_t outputs = Loss::outputs;
  template <std::size_t k>
  using LossOf = typename Loss::template LossOf<k>;
  using Sum = typename Loss::Sum;
};

/// `of(k)` for each output k.
template <std::size_t outputs, class Of>
auto of_each_output(const Of& of) {
  return [&]<std::size_t... k>(std::index_sequence<k...>) { return std::array{of(k)...}; }
  (std::make_index_sequence<outputs>());
}

/// The loss of what `pass`, an Inference or a TrainingPass, has put out.
template <class Loss, class Pass, class Targets>
typename LossTraits<Loss>::Sum loss_of(const Loss& loss, Pass& pass, const Targets& targets) {
  if constexpr (OfSeveralOutputs<Loss>) {
    const auto output = [&](std::size_t k) { return pass.output(k); };
    return loss.value(of_each_output<Loss::outputs>(output), targets);
  } else {
    return loss.value(pass.output(0), targets);
  }
}

/// The loss of what a TrainingPass has put out, whose gradients by the outputs it takes.
template <class Loss, class Pass, class Targets>
typename LossTraits<Loss>::Sum loss_gradient(const Loss& loss, Pass& pass, const Targets& targets) {
  if constexpr (OfSeveralOutputs<Loss>) {
    const auto output = [&](std::size_t k) { return pass.output(k); };
    const auto gradient = [&](std::size_t k) { return pass.output_gradient(k); };
    return loss.gradient(of_each_output<Loss::outputs>(output), targets,
                         of_each_output<Loss::outputs>(gradient));
  } else {
    return loss.gradient(pass.output(0), targets, pass.output_gradient());
  }
}

/// Whether losses can be added up to what a step returns.
template <class Sum>
concept AddsUpToLossSum = std::derived_from<Sum, LossSum>;

}  // namespace detail

/// What `fit`, `Trainer` and `evaluate` take as a loss: a value that has
/// - `static constexpr Fit<Why> fit(const Shape& outputs)`, whether it can take the outputs of a
///   network: see `Fit` in `core/layer.hpp`;
/// - `template <class T> LossSum value(const Batch<const T>& outputs, targets) const`: the losses
///   of the samples, added up. The targets are what the data have: `std::span<const Label>` of a
///   `Dataset`, `std::span<const T>` of a `RegressionDataset`;
/// - `template <class T> LossSum gradient(const Batch<const T>& outputs, targets, const Batch<T>&
///   gradient) const`: the same, and the gradient of their mean by the outputs, which it
///   overwrites.
///
/// It throws Error for targets that it cannot take. With `static constexpr std::string_view name`
/// and `static void visit(loss, take)`, which calls `take(name, value)` for each setting (an
/// `Index`, a `bool` or a `double`), checkpoints know it. A `SumOfLosses` is one of several
/// outputs.
template <class L>
concept Loss = detail::OfSeveralOutputs<L> || requires(const Shape& outputs) {
  L::fit(outputs).why;
  L::fit(outputs).output;
};

/// Whether a loss compares outputs of the type T with such targets.
template <class L, class T, class Targets>
concept LossOn = Loss<L> &&
    (detail::OfSeveralOutputs<L> || requires(const L& loss, const Batch<const T>& outputs,
                                             const Targets& targets, const Batch<T>& gradient) {
      { loss.value(outputs, targets) } -> detail::AddsUpToLossSum;
      { loss.gradient(outputs, targets, gradient) } -> detail::AddsUpToLossSum;
    });

}  // namespace TWEED_NAMESPACE
