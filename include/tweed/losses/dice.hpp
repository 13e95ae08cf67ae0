#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/losses/batch_loss.hpp>
#include <tweed/losses/check_shares.hpp>

#include <cmath>
#include <span>
#include <string_view>

namespace TWEED_NAMESPACE {

/// The loss of segmentation that counts what overlaps, so that small things weigh as much as large
/// ones, from logits [n,h,w,c] and masks in [0, 1] of the same sizes, one a channel (Milletari,
/// Navab and Ahmadi, *V-Net*, 3DV 2016, with the sums of section 3 not squared): for each sample
/// the mean over its channels of
/// 1 - (2 sum(s * mask) + smooth) / (sum(s) + sum(mask) + smooth) with s = sigmoid(logit).
/// Nothing counts as correct. Often it is added to `SigmoidCE`, see `SumOfLosses`.
struct Dice {
  static constexpr std::string_view name = "dice";

  double smooth = 1.0;  ///< above 0: what empty masks are measured by

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Dice& loss, const Take& take) {
    take("smooth", loss.smooth);
  }

  enum class Why { fits, output_is_no_image };

  /// Whether a network's output is an image, a mask in each channel.
  static constexpr Fit<Why> fit(const Shape& logits) {
    return {logits, logits.is_vector() ? Why::output_is_no_image : Why::fits};
  }

  /// The loss of each sample, added up. Throws Error unless there is a target in [0, 1] for each
  /// logit.
  template <class T>
  LossSum value(const Batch<const T>& logits, detail::Numbers<T> masks) const {
    return loss_value(*this, logits, masks);
  }
  /// What `value` gives, and the gradient of the mean loss by the logits into `gradient`.
  template <class T>
  LossSum gradient(const Batch<const T>& logits, detail::Numbers<T> masks,
                   const Batch<T>& gradient) const {
    return loss_gradient(*this, logits, masks, gradient);
  }

  /// What it is of one sample.
  template <class T>
  LossSum sample_loss(const Batch<const T>& logits, std::span<const T> masks) const {
    double total = 0.0;
    for (Index c = 0; c < logits.shape.channels; ++c)
      total += 1.0 - overlap(logits, masks, c).share(smooth);
    return {.loss = total / static_cast<double>(logits.shape.channels), .count = 1};
  }
  template <class T>
  void sample_gradient(const Batch<const T>& logits, std::span<const T> masks,
                       const Batch<T>& gradient) const {
    const Index channels = logits.shape.channels;
    const double scale = 1.0 / static_cast<double>(channels);
    for (Index c = 0; c < channels; ++c) {
      const Overlap of_channel = overlap(logits, masks, c);
      for (Index at = c; at < logits.size(); at += channels) {
        const double s = sigmoid(static_cast<double>(logits.data[at]));
        const double mask = static_cast<double>(masks[static_cast<std::size_t>(at)]);
        const double by_s = (of_channel.share(smooth) - 2.0 * mask) / of_channel.size(smooth);
        gradient.data[at] = static_cast<T>(scale * by_s * s * (1.0 - s));
      }
    }
  }

  template <class T>
  void check(const Batch<const T>& logits, std::span<const T> masks) const {
    detail::check_option("Dice", "smooth", smooth, {.above = 0});
    detail::check_shares("Dice", logits, masks);
  }

 private:
  /// How what was found and what was wanted of one channel overlap.
  struct Overlap {
    double both = 0.0;
    double found = 0.0;
    double wanted = 0.0;

    double size(double added) const { return found + wanted + added; }
    double share(double added) const { return (2.0 * both + added) / size(added); }
  };

  static double sigmoid(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

  template <class T>
  static Overlap overlap(const Batch<const T>& logits, std::span<const T> masks, Index channel) {
    Overlap of_channel;
    for (Index at = channel; at < logits.size(); at += logits.shape.channels) {
      const double s = sigmoid(static_cast<double>(logits.data[at]));
      const double mask = static_cast<double>(masks[static_cast<std::size_t>(at)]);
      of_channel.both += s * mask;
      of_channel.found += s;
      of_channel.wanted += mask;
    }
    return of_channel;
  }
};

}  // namespace TWEED_NAMESPACE
