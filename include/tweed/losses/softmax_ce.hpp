#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/losses/batch_loss.hpp>
#include <tweed/losses/cross_entropy.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// What has a label: each sample, or each of its pixels.
enum class LabelOf { sample, pixel };

namespace detail {

/// Why SoftmaxCE does not take a network's output.
enum class SoftmaxCETrouble {
  fits,
  output_is_an_image_put_Flatten_and_Dense_behind_it_or_take_PixelSoftmaxCE,
  output_has_another_number_of_classes,
  one_output_is_not_enough_for_a_class_choice,
  one_channel_is_not_enough_for_a_class_choice
};

}  // namespace detail

/// Softmax and cross-entropy in one, from logits [n,classes] and labels: for a sample with label l,
/// log(sum(exp(z))) - z[l], computed relative to the largest logit so that nothing overflows.
/// `SoftmaxCE{}` takes as many classes as the network has outputs; `SoftmaxCE<10>` has the compiler
/// check the number.
///
/// Instead of a label a sample may have a probability t of each class, from a `RegressionDataset`
/// with as many outputs as classes: sum(t * (log(sum(exp(z))) - z)). It is correct where its
/// largest logit is at its largest probability.
///
/// `label_smoothing` in [0, 1) gives that share of the label's weight to all classes in equal parts
/// (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, *Rethinking the Inception Architecture*, CVPR
/// 2016): `SoftmaxCE<>{.label_smoothing = 0.1}`.
///
/// With `class_weights` the loss of a sample is multiplied by that of its label, and the sum over
/// the batch divided by the weights of all its labels, as in PyTorch; with probabilities each
/// class's part is multiplied, and divided is by the number of samples.
///
/// Where each pixel has a label, it is `PixelSoftmaxCE`, from logits [n,h,w,classes] and labels
/// [n,h,w]: what counts is a pixel.
template <Index classes = 0, LabelOf of = LabelOf::sample>
struct SoftmaxCE {
  static constexpr std::string_view name = of == LabelOf::pixel ? "pixel_softmax_ce" : "softmax_ce";

  double label_smoothing = 0.0;             ///< in [0, 1)
  std::vector<double> class_weights = {};   ///< [classes], at least 0; none: 1 each
  std::optional<Label> ignored_label = {};  ///< what has it does not count

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const SoftmaxCE& loss, const Take& take) {
    loss.cross_entropy().visit(take);
  }

  using Why = detail::SoftmaxCETrouble;

  /// Whether a network with this output can be trained with it.
  static constexpr Fit<Why> fit(const Shape& logits) {
    if (of == LabelOf::pixel) {
      return {logits,
              logits.channels < 2 ? Why::one_channel_is_not_enough_for_a_class_choice : Why::fits};
    }
    if (!logits.is_vector()) {
      return {logits,
              Why::output_is_an_image_put_Flatten_and_Dense_behind_it_or_take_PixelSoftmaxCE};
    }
    if (classes != 0 && logits.channels != classes) {
      return {logits, Why::output_has_another_number_of_classes};
    }
    if (logits.channels < 2) return {logits, Why::one_output_is_not_enough_for_a_class_choice};
    return {logits};
  }

  /// The losses of all labels, added up. Throws Error for a label that is no class and not ignored.
  template <class T>
  LossSum value(const Batch<const T>& logits, std::span<const Label> labels) const {
    return loss_value(*this, logits, labels);
  }
  /// From probabilities [n,classes]. Throws Error for what is none, or where those of a sample do
  /// not add up to 1.
  template <class T>
  LossSum value(const Batch<const T>& logits, detail::Numbers<T> probabilities) const
      requires(of == LabelOf::sample) {
    return loss_value(*this, logits, probabilities);
  }

  /// What `value` gives, and the gradient of the mean loss by the logits:
  /// (softmax(z) - smoothed one_hot(label)) / n, into `gradient`, which is as large as they are.
  template <class T>
  LossSum gradient(const Batch<const T>& logits, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    return loss_gradient(*this, logits, labels, gradient);
  }
  template <class T>
  LossSum gradient(const Batch<const T>& logits, detail::Numbers<T> probabilities,
                   const Batch<T>& gradient) const requires(of == LabelOf::sample) {
    return loss_gradient(*this, logits, probabilities, gradient);
  }

  /// What it is of one sample.
  template <class T>
  LossSum sample_loss(const Batch<const T>& logits, Label label) const
      requires(of == LabelOf::sample) {
    return cross_entropy().loss(logits.values(), label);
  }
  template <class T>
  LossSum sample_loss(const Batch<const T>& logits, std::span<const T> probabilities) const
      requires(of == LabelOf::sample) {
    return cross_entropy().loss(logits.values(), probabilities);
  }
  template <class T>
  void sample_gradient(const Batch<const T>& logits, Label label, const Batch<T>& gradient) const
      requires(of == LabelOf::sample) {
    cross_entropy().gradient(logits.values(), label, gradient.data);
  }
  template <class T>
  void sample_gradient(const Batch<const T>& logits, std::span<const T> probabilities,
                       const Batch<T>& gradient) const requires(of == LabelOf::sample) {
    cross_entropy().gradient(logits.values(), probabilities, gradient.data);
  }

  /// What it is of some pixels.
  template <class T>
  LossSum sample_loss(const Batch<const T>& logits, std::span<const Label> labels) const
      requires(of == LabelOf::pixel) {
    LossSum sum;
    for (Index i = 0; i < logits.count; ++i)
      sum += cross_entropy().loss(pixel(logits, i), labels[static_cast<std::size_t>(i)]);
    return sum;
  }
  template <class T>
  void sample_gradient(const Batch<const T>& logits, std::span<const Label> labels,
                       const Batch<T>& gradient) const requires(of == LabelOf::pixel) {
    for (Index i = 0; i < logits.count; ++i) {
      const Label label = labels[static_cast<std::size_t>(i)];
      cross_entropy().gradient(pixel(logits, i), label, gradient.sample(i));
    }
  }

  template <class T>
  void check(const Batch<const T>& logits, std::span<const Label> labels) const {
    const Shape& shape = logits.shape;
    cross_entropy().check(type_, shape.channels);
    cross_entropy().check_labels(type_, labels, shape.channels, shape.height * shape.width);
  }
  template <class T>
  void check(const Batch<const T>& logits, std::span<const T> probabilities) const {
    cross_entropy().check(type_, logits.shape.channels);
    cross_entropy().check_probabilities(type_, probabilities, logits.shape.channels);
  }

  template <class T>
  double divisor(const Batch<const T>&, std::span<const Label> labels) const {
    return cross_entropy().divisor(labels);
  }

 private:
  detail::CrossEntropy cross_entropy() const {
    return {label_smoothing, class_weights, ignored_label};
  }

  template <class T>
  static std::span<const T> pixel(const Batch<const T>& logits, Index i) {
    return {logits.sample(i), static_cast<std::size_t>(logits.shape.size())};
  }

  static constexpr const char* type_ = of == LabelOf::pixel ? "PixelSoftmaxCE" : "SoftmaxCE";
};

SoftmaxCE()->SoftmaxCE<>;

#ifdef TWEED_COMPILED
namespace detail {

// Not the whole class, some of whose functions are for other kinds of losses.
extern template BatchLoss<SoftmaxCE<>, float, Label>::BatchLoss(const SoftmaxCE<>&,
                                                                const Batch<const float>&,
                                                                std::span<const Label>,
                                                                const LossContext&);
extern template BatchLoss<SoftmaxCE<>, float, float>::BatchLoss(const SoftmaxCE<>&,
                                                                const Batch<const float>&,
                                                                std::span<const float>,
                                                                const LossContext&);
extern template LossSum BatchLoss<SoftmaxCE<>, float, Label>::value() const;
extern template LossSum BatchLoss<SoftmaxCE<>, float, float>::value() const;
extern template LossSum BatchLoss<SoftmaxCE<>, float, Label>::gradient(const Batch<float>&) const;
extern template LossSum BatchLoss<SoftmaxCE<>, float, float>::gradient(const Batch<float>&) const;

}  // namespace detail
#endif

}  // namespace TWEED_NAMESPACE
