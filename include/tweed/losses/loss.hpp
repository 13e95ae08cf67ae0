#pragma once

#include <tweed/core/batch.hpp>

#include <array>
#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

namespace TWEED_NAMESPACE {

/// A loss over some samples, added up: divide by `weight()` for the mean.
struct LossSum {
  double loss = 0.0;
  Index correct = 0;  ///< of those that count, whose largest output is at their label
  Index count = 0;    ///< samples, or pixels where each has a label; without those that are ignored
  double excess = 0.0;  ///< what the weights of their labels add up to beyond 1 each

  /// What the mean is over.
  double weight() const { return static_cast<double>(count) + excess; }
  /// 0 where nothing counts.
  double mean_loss() const { return weight() > 0.0 ? loss / weight() : 0.0; }
  double accuracy() const {
    return count > 0 ? static_cast<double>(correct) / static_cast<double>(count) : 0.0;
  }

  LossSum& operator+=(const LossSum& other) {
    loss += other.loss;
    correct += other.correct;
    count += other.count;
    excess += other.excess;
    return *this;
  }
};

/// What a loss of a batch has beside outputs and targets.
struct LossContext {
  int threads = 1;
  /// What the loss of each sample is multiplied by [n], at least 0; nothing stands for 1 each. The
  /// mean is still over the number of samples.
  std::span<const float> weights = {};
};

/// A loss that says what it is of one output, of which a sample's is the mean:
/// - `double loss_at(double output, double target) const`;
/// - `T slope_at(T output, T target) const`, its derivative by the output;
/// - optional: `bool is_right(T output, T target) const`. A sample whose outputs all are is
///   correct.
template <class L, class T>
concept ElementwiseLoss = requires(const L& loss, double number, T value) {
  { loss.loss_at(number, number) } -> std::convertible_to<double>;
  { loss.slope_at(value, value) } -> std::convertible_to<T>;
};

/// A loss that says what it is of one sample:
/// - `LossSum sample_loss(const Batch<const T>& outputs, target) const`, of a batch of one sample;
/// - `void sample_gradient(const Batch<const T>& outputs, target, const Batch<T>& gradient) const`,
///   the gradient of that by the outputs, which it overwrites.
///
/// The target is a `Label`, or a `std::span<const T>` of as many numbers as there are outputs.
/// Where it is a `std::span<const Label>`, each pixel has one, and the batch is some neighbouring
/// pixels, each a sample of shape {1, 1, channels}.
template <class L, class T, class Target>
concept SampleLoss = requires(const L& loss, const Batch<const T>& outputs, const Target& target,
                              const Batch<T>& gradient) {
  { loss.sample_loss(outputs, target) } -> std::same_as<LossSum>;
  loss.sample_gradient(outputs, target, gradient);
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

/// Whether targets are labels, and whether they are numbers of the type T.
template <class Targets>
concept AreLabels = std::convertible_to<const Targets&, std::span<const Label>>;
template <class Targets, class T>
concept AreNumbers = std::convertible_to<const Targets&, std::span<const T>>;

/// A loss that takes a label a pixel.
template <class L, class T>
concept PixelLoss = SampleLoss<L, T, std::span<const Label>>;

/// Whether a loss says what it is of one sample with such targets.
template <class L, class T, class Targets>
concept TellsOfOne = (AreLabels<Targets> && (SampleLoss<L, T, Label> || PixelLoss<L, T>)) ||
                     (AreNumbers<Targets, T> &&
                      (ElementwiseLoss<L, T> || SampleLoss<L, T, std::span<const T>>));

/// Whether samples or pixels with some label do not count.
template <class Loss>
bool ignores_labels([[maybe_unused]] const Loss& loss) {
  if constexpr (requires { loss.ignored_label.has_value(); }) {
    return loss.ignored_label.has_value();
  } else if constexpr (requires { loss.ignores_labels(); }) {
    return loss.ignores_labels();
  } else {
    return false;
  }
}

/// Whether losses can be added up to what a step returns.
template <class Sum>
concept AddsUpToLossSum = std::derived_from<Sum, LossSum>;

/// Whether a loss is one of batches with such targets.
template <class L, class T, class Targets>
concept TellsOfBatches = requires(const L& loss, const Batch<const T>& outputs,
                                  const Targets& targets, const Batch<T>& gradient) {
  { loss.value(outputs, targets) } -> AddsUpToLossSum;
  { loss.gradient(outputs, targets, gradient) } -> AddsUpToLossSum;
};

}  // namespace detail

/// What `fit`, `Trainer` and `evaluate` take as a loss: a value that has
/// - `static constexpr Fit<Why> fit(const Shape& outputs)`, whether it can take the outputs of a
///   network: see `Fit` in `core/layer.hpp`;
/// - what it is of one output or one sample: see `ElementwiseLoss` and `SampleLoss`. The library
///   takes the mean over the batch, on all threads, in the same order for any number of them, and
///   multiplies by the weights of samples;
/// - optional: `void check(const Batch<const T>& outputs, targets) const`, which throws Error for
///   settings and targets that it does not take, before anything is written;
/// - optional: `double divisor(const Batch<const T>& outputs, targets) const`, what the sum of the
///   samples' losses is divided by for the mean, if not by their number.
///
/// Or, where no sample has a loss of its own, the losses of whole batches:
/// - `template <class T> LossSum value(const Batch<const T>& outputs, targets) const`, those of the
///   samples, added up;
/// - `template <class T> LossSum gradient(const Batch<const T>& outputs, targets, const Batch<T>&
///   gradient) const`: the same, and the gradient of their mean by the outputs, which it
///   overwrites.
///
/// The targets are what the data have: `std::span<const Label>` of a `Dataset`, `std::span<const
/// T>` of a `RegressionDataset`. With `static constexpr std::string_view name` and `static void
/// visit(loss, take)`, which calls `take(name, value)` for each setting (an `Index`, a `bool` or a
/// `double`), checkpoints know it. A `SumOfLosses` is one of several outputs.
template <class L>
concept Loss = detail::OfSeveralOutputs<L> || requires(const Shape& outputs) {
  L::fit(outputs).why;
  L::fit(outputs).output;
};

/// Whether a loss compares outputs of the type T with such targets.
template <class L, class T, class Targets>
concept LossOn = Loss<L> &&(detail::OfSeveralOutputs<L> || detail::TellsOfOne<L, T, Targets> ||
                            detail::TellsOfBatches<L, T, Targets>);

}  // namespace TWEED_NAMESPACE
