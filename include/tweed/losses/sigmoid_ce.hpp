#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/losses/batch_loss.hpp>
#include <tweed/losses/check_shares.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

namespace TWEED_NAMESPACE {

/// Sigmoid and binary cross-entropy in one, for several labels a sample, for one choice between yes
/// and no, or for a mask: from logits [n,h,w,c] and targets in [0, 1] of the same sizes, 1 for yes.
/// For each sample the mean over its outputs of
/// -positive_weight * target * log(s) - (1 - target) * log(1 - s) with s = sigmoid(logit), computed
/// so that nothing overflows, as PyTorch's `BCEWithLogitsLoss`. A sample is correct where each of
/// its logits is on the side of 0 on which its target is of 1/2.
struct SigmoidCE {
  static constexpr std::string_view name = "sigmoid_ce";

  double positive_weight = 1.0;  ///< above 0: above 1 where yes is rare and must not be missed

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const SigmoidCE& loss, const Take& take) {
    take("positive_weight", loss.positive_weight);
  }

  /// Any output will do.
  static constexpr Fit<AlwaysFits> fit(const Shape& logits) { return {logits}; }

  /// The loss of each sample, added up. Throws Error unless there is a target in [0, 1] for each
  /// logit.
  template <class T>
  LossSum value(const Batch<const T>& logits, detail::Numbers<T> targets) const {
    return loss_value(*this, logits, targets);
  }
  /// What `value` gives, and the gradient of the mean loss by the logits into `gradient`.
  template <class T>
  LossSum gradient(const Batch<const T>& logits, detail::Numbers<T> targets,
                   const Batch<T>& gradient) const {
    return loss_gradient(*this, logits, targets, gradient);
  }

  template <class T>
  void check(const Batch<const T>& logits, std::span<const T> targets) const {
    detail::check_option("SigmoidCE", "positive_weight", positive_weight, {.above = 0});
    detail::check_shares("SigmoidCE", logits, targets);
  }

  double loss_at(double logit, double target) const {
    const double no = std::max(logit, 0.0) + std::log1p(std::exp(-std::abs(logit)));  // -log(1 - s)
    return (1.0 - target) * no + positive_weight * target * (no - logit);
  }
  /// Where positive_weight is 1, sigmoid(logit) - target.
  template <class T>
  T slope_at(T logit, T target) const {
    const auto weight = static_cast<T>(positive_weight);
    const T share = T{1} / (T{1} + std::exp(-std::abs(logit)));  // of the side the logit is on
    const T yes = logit > T{} ? share : T{1} - share;
    const T no = logit > T{} ? T{1} - share : share;
    return (T{1} - target) * yes - weight * target * no;
  }
  /// Whether the logit is on the side of 0 on which the target is of 1/2.
  template <class T>
  static bool is_right(T logit, T target) {
    return (logit > T{}) == (target > T{0.5});
  }
};

}  // namespace TWEED_NAMESPACE
