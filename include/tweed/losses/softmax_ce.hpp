#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/softmax.hpp>
#include <tweed/losses/loss.hpp>

#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

namespace detail {

/// Why SoftmaxCE does not take a network's output.
enum class SoftmaxCETrouble {
  fits,
  output_is_an_image_put_Flatten_and_Dense_behind_it,
  output_has_another_number_of_classes,
  one_output_is_not_enough_for_a_class_choice
};

}  // namespace detail

/// Softmax and cross-entropy in one, from logits [n,classes] and labels: for a sample with label l,
/// log(sum(exp(z))) - z[l], computed relative to the largest logit so that nothing overflows.
/// Instead of a label a sample may have a probability t for each class, of a `RegressionDataset`
/// with as many outputs as classes: sum(t * (log(sum(exp(z))) - z)). `SoftmaxCE{}` takes as many
/// classes as the network has outputs; `SoftmaxCE<10>` has the compiler check the number.
///
/// `label_smoothing` in [0, 1) gives that share of the label's weight to all classes in equal parts
/// (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, *Rethinking the Inception Architecture*, CVPR
/// 2016): `SoftmaxCE<>{.label_smoothing = 0.1}`.
template <Index classes = 0>
struct SoftmaxCE {
  static constexpr std::string_view name = "softmax_ce";

  double label_smoothing = 0.0;  ///< in [0, 1)

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const SoftmaxCE& loss, const Take& take) {
    take("label_smoothing", loss.label_smoothing);
  }

  using Why = detail::SoftmaxCETrouble;

  /// Whether a network with this output can be trained with it.
  static constexpr Fit<Why> fit(const Shape& logits) {
    if (!logits.is_vector()) {
      return {logits, Why::output_is_an_image_put_Flatten_and_Dense_behind_it};
    }
    if (classes != 0 && logits.channels != classes) {
      return {logits, Why::output_has_another_number_of_classes};
    }
    if (logits.channels < 2) return {logits, Why::one_output_is_not_enough_for_a_class_choice};
    return {logits};
  }

  /// How far from 1 the probabilities of a sample may add up to.
  static constexpr double sum_tolerance = 1e-3;

  /// The loss of each sample, added up. Throws Error for a label that is no class.
  template <class T>
  LossSum value(const Batch<const T>& logits, std::span<const Label> labels) const {
    check(logits, labels);
    LossSum sum{.count = logits.count};
    for (Index i = 0; i < logits.count; ++i) {
      add(logits, labels, i, sum);
    }
    return sum;
  }

  /// The same, and the gradient of the mean loss by the logits:
  /// (softmax(z) - smoothed one_hot(label)) / n, into `gradient` [n,classes].
  template <class T>
  LossSum gradient(const Batch<const T>& logits, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    const LossSum sum = value(logits, labels);
    const Index outputs = logits.shape.channels;
    const T scale = T{1} / static_cast<T>(logits.count);
    const auto of_label = static_cast<T>(1.0 - label_smoothing);
    const auto of_each = static_cast<T>(label_smoothing / static_cast<double>(outputs));
    for (Index i = 0; i < logits.count; ++i) {
      T* const to = gradient.sample(i);
      kernels::softmax(logits.sample(i), outputs, to);
      to[labels[static_cast<std::size_t>(i)]] -= of_label;
      for (Index c = 0; c < outputs; ++c) to[c] = (to[c] - of_each) * scale;
    }
    return sum;
  }

  /// The loss of each sample, added up, from probabilities [n,classes] of each class. A sample is
  /// correct where its largest logit is at its largest probability. Throws Error for what is no
  /// probability, or where those of a sample do not add up to 1.
  template <class T>
  LossSum value(const Batch<const T>& logits,
                std::span<const std::type_identity_t<T>> targets) const {
    check(logits, targets);
    const Index outputs = logits.shape.channels;
    LossSum sum{.count = logits.count};
    for (Index i = 0; i < logits.count; ++i) {
      const T* const z = logits.sample(i);
      const T* const wanted = targets.data() + i * outputs;
      const double all = kernels::log_sum_exp(z, outputs);
      for (Index c = 0; c < outputs; ++c)
        sum.loss += smoothed(wanted[c], outputs) * (all - static_cast<double>(z[c]));
      sum.correct += kernels::argmax(z, outputs) == kernels::argmax(wanted, outputs) ? 1 : 0;
    }
    return sum;
  }

  /// What `value` gives, and the gradient of the mean loss by the logits,
  /// (softmax(z) - smoothed targets) / n, into `gradient` [n,classes].
  template <class T>
  LossSum gradient(const Batch<const T>& logits, std::span<const std::type_identity_t<T>> targets,
                   const Batch<T>& gradient) const {
    const LossSum sum = value(logits, targets);
    const Index outputs = logits.shape.channels;
    const T scale = T{1} / static_cast<T>(logits.count);
    for (Index i = 0; i < logits.count; ++i) {
      T* const to = gradient.sample(i);
      const T* const wanted = targets.data() + i * outputs;
      kernels::softmax(logits.sample(i), outputs, to);
      double total = 0.0;
      for (Index c = 0; c < outputs; ++c) total += smoothed(wanted[c], outputs);
      for (Index c = 0; c < outputs; ++c) {
        to[c] =
            (static_cast<T>(total) * to[c] - static_cast<T>(smoothed(wanted[c], outputs))) * scale;
      }
    }
    return sum;
  }

 private:
  template <class T>
  double smoothed(T target, Index outputs) const {
    return (1.0 - label_smoothing) * static_cast<double>(target) +
           label_smoothing / static_cast<double>(outputs);
  }

  template <class T>
  [[gnu::cold]] void check(const Batch<const T>& logits, std::span<const T> targets) const {
    detail::check_option("SoftmaxCE", "label_smoothing", label_smoothing, {.from = 0, .below = 1});
    if (std::ssize(targets) != logits.size()) {
      throw Error(detail::text("SoftmaxCE: ", logits.count, " samples of ", logits.shape.channels,
                               " outputs, but ", std::ssize(targets), " targets"));
    }
    for (Index i = 0; i < logits.count; ++i) {
      const T* const wanted = targets.data() + i * logits.shape.channels;
      double sum = 0.0;
      for (Index c = 0; c < logits.shape.channels; ++c) {
        if (!(wanted[c] >= T{0} && wanted[c] <= T{1})) {
          throw Error(detail::text("SoftmaxCE: a target of sample ", i, " is ",
                                   static_cast<double>(wanted[c]),
                                   ", expected a probability, 0 to 1"));
        }
        sum += static_cast<double>(wanted[c]);
      }
      if (!(std::abs(sum - 1.0) <= sum_tolerance)) {
        throw Error(detail::text("SoftmaxCE: the targets of sample ", i, " add up to ", sum,
                                 ", expected probabilities of each class, which add up to 1"));
      }
    }
  }

  template <class T>
  [[gnu::cold]] void check(const Batch<const T>& logits, std::span<const Label> labels) const {
    detail::check_option("SoftmaxCE", "label_smoothing", label_smoothing, {.from = 0, .below = 1});
    if (std::ssize(labels) != logits.count) {
      throw Error(detail::text("SoftmaxCE: ", logits.count, " samples, but ", std::ssize(labels),
                               " labels"));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] < 0 || labels[i] >= logits.shape.channels) {
        throw Error(detail::text("SoftmaxCE: the label of sample ", static_cast<Index>(i), " is ",
                                 Index{labels[i]}, ", the network has classes 0 to ",
                                 logits.shape.channels - 1));
      }
    }
  }

  template <class T>
  void add(const Batch<const T>& logits, std::span<const Label> labels, Index i,
           LossSum& sum) const {
    const T* const z = logits.sample(i);
    const auto label = labels[static_cast<std::size_t>(i)];
    auto wanted = static_cast<double>(z[label]);
    if (label_smoothing > 0.0)
      wanted += label_smoothing * (mean(z, logits.shape.channels) - wanted);
    sum.loss += kernels::log_sum_exp(z, logits.shape.channels) - wanted;
    sum.correct += kernels::argmax(z, logits.shape.channels) == label ? 1 : 0;
  }

  template <class T>
  static double mean(const T* z, Index count) {
    double sum = 0.0;
    for (Index c = 0; c < count; ++c) sum += static_cast<double>(z[c]);
    return sum / static_cast<double>(count);
  }
};

SoftmaxCE()->SoftmaxCE<>;

}  // namespace TWEED_NAMESPACE
