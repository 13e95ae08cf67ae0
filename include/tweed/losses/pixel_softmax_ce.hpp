#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/losses/batch_loss.hpp>
#include <tweed/losses/cross_entropy.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// `SoftmaxCE` for each pixel of an image, from logits [n,h,w,classes] and labels [n,h,w]: the mean
/// over all pixels of the batch, with the options of that loss. The data are a
/// `SegmentationDataset`. What counts and is correct are pixels.
struct PixelSoftmaxCE {
  static constexpr std::string_view name = "pixel_softmax_ce";

  double label_smoothing = 0.0;             ///< in [0, 1)
  std::vector<double> class_weights = {};   ///< [classes], at least 0; none: 1 each
  std::optional<Label> ignored_label = {};  ///< pixels with it do not count

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const PixelSoftmaxCE& loss, const Take& take) {
    loss.cross_entropy().visit(take);
  }

  enum class Why { fits, one_channel_is_not_enough_for_a_class_choice };

  /// Whether a network with this output can be trained with it.
  static constexpr Fit<Why> fit(const Shape& logits) {
    if (logits.channels < 2) return {logits, Why::one_channel_is_not_enough_for_a_class_choice};
    return {logits};
  }

  /// The loss of each pixel, added up. Throws Error for a label that is no class and not ignored.
  template <class T>
  LossSum value(const Batch<const T>& logits, std::span<const Label> labels) const {
    return loss_value(*this, logits, labels);
  }
  /// What `value` gives, and the gradient of the mean loss by the logits into `gradient`
  /// [n,h,w,classes].
  template <class T>
  LossSum gradient(const Batch<const T>& logits, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    return loss_gradient(*this, logits, labels, gradient);
  }

  /// What it is of some pixels.
  template <class T>
  LossSum sample_loss(const Batch<const T>& logits, std::span<const Label> labels) const {
    LossSum sum;
    for (Index i = 0; i < logits.count; ++i)
      sum += cross_entropy().loss(pixel(logits, i), labels[static_cast<std::size_t>(i)]);
    return sum;
  }
  template <class T>
  void sample_gradient(const Batch<const T>& logits, std::span<const Label> labels,
                       const Batch<T>& gradient) const {
    for (Index i = 0; i < logits.count; ++i) {
      const Label label = labels[static_cast<std::size_t>(i)];
      cross_entropy().gradient(pixel(logits, i), label, gradient.sample(i));
    }
  }

  template <class T>
  void check(const Batch<const T>& logits, std::span<const Label> labels) const {
    const Shape& shape = logits.shape;
    cross_entropy().check("PixelSoftmaxCE", shape.channels);
    cross_entropy().check_labels("PixelSoftmaxCE", labels, shape.channels,
                                 shape.height * shape.width);
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
};

}  // namespace TWEED_NAMESPACE
