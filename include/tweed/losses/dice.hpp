#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/losses/elementwise_loss.hpp>

#include <cmath>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

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
  LossSum value(const Batch<const T>& logits,
                std::span<const std::type_identity_t<T>> masks) const {
    check(logits, masks);
    LossSum sum{.count = logits.count};
    for (Index i = 0; i < logits.count; ++i) {
      double total = 0.0;
      for (const Overlap& overlap : overlaps(logits, masks, i))
        total += 1.0 - overlap.share(smooth);
      sum.loss += total / static_cast<double>(logits.shape.channels);
    }
    return sum;
  }

  /// What `value` gives, and the gradient of the mean loss by the logits into `gradient`.
  template <class T>
  LossSum gradient(const Batch<const T>& logits, std::span<const std::type_identity_t<T>> masks,
                   const Batch<T>& gradient) const {
    const LossSum sum = value(logits, masks);
    const Index channels = logits.shape.channels;
    const double scale = 1.0 / static_cast<double>(logits.count * channels);
    for (Index i = 0; i < logits.count; ++i) {
      const auto of_channels = overlaps(logits, masks, i);
      for (Index at = 0; at < logits.shape.size(); ++at) {
        const Index place = i * logits.shape.size() + at;
        const Overlap& overlap = of_channels[static_cast<std::size_t>(at % channels)];
        const double s = sigmoid(static_cast<double>(logits.data[place]));
        const double mask = static_cast<double>(masks[static_cast<std::size_t>(place)]);
        const double by_s = (overlap.share(smooth) - 2.0 * mask) / overlap.size(smooth);
        gradient.data[place] = static_cast<T>(scale * by_s * s * (1.0 - s));
      }
    }
    return sum;
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
  static std::vector<Overlap> overlaps(const Batch<const T>& logits, std::span<const T> masks,
                                       Index sample) {
    const Index channels = logits.shape.channels;
    std::vector<Overlap> of_channels(static_cast<std::size_t>(channels));
    for (Index at = 0; at < logits.shape.size(); ++at) {
      const Index place = sample * logits.shape.size() + at;
      Overlap& overlap = of_channels[static_cast<std::size_t>(at % channels)];
      const double s = sigmoid(static_cast<double>(logits.data[place]));
      const double mask = static_cast<double>(masks[static_cast<std::size_t>(place)]);
      overlap.both += s * mask;
      overlap.found += s;
      overlap.wanted += mask;
    }
    return of_channels;
  }

  template <class T>
  [[gnu::cold]] void check(const Batch<const T>& logits, std::span<const T> masks) const {
    detail::check_option("Dice", "smooth", smooth, {.above = 0});
    detail::check_targets("Dice", logits, masks);
    detail::check_shares("Dice", logits, masks);
  }
};

}  // namespace TWEED_NAMESPACE
