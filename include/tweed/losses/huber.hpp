#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/losses/batch_loss.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

namespace TWEED_NAMESPACE {

/// The loss of regression that is a square for small errors and grows evenly beyond them, from
/// outputs [n,h,w,c] and targets of the same sizes (Huber, *Robust Estimation of a Location
/// Parameter*, 1964): for each sample the mean over its outputs of e^2 / 2 where the error e is at
/// most `delta`, else delta (|e| - delta / 2), as in PyTorch and Keras. Nothing counts as correct.
struct Huber {
  static constexpr std::string_view name = "huber";

  double delta = 1.0;  ///< above 0

  /// Shows `take(name, value)` each setting.
  template <class Take>
  static void visit(const Huber& loss, const Take& take) {
    take("delta", loss.delta);
  }

  /// Any output will do.
  static constexpr Fit<AlwaysFits> fit(const Shape& outputs) { return {outputs}; }

  /// The loss of each sample, added up. Throws Error unless there is a target for each output.
  template <class T>
  LossSum value(const Batch<const T>& outputs, detail::Numbers<T> targets) const {
    return loss_value(*this, outputs, targets);
  }
  /// What `value` gives, and the gradient of the mean loss by the outputs into `gradient`.
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, detail::Numbers<T> targets,
                   const Batch<T>& gradient) const {
    return loss_gradient(*this, outputs, targets, gradient);
  }

  template <class T>
  void check(const Batch<const T>&, std::span<const T>) const {
    detail::check_option("Huber", "delta", delta, {.above = 0});
  }

  double loss_at(double output, double target) const {
    const double error = std::abs(output - target);
    return error <= delta ? 0.5 * error * error : delta * (error - 0.5 * delta);
  }
  /// The error within [-delta, delta].
  template <class T>
  T slope_at(T output, T target) const {
    const auto most = static_cast<T>(delta);
    return std::clamp(output - target, -most, most);
  }
};

}  // namespace TWEED_NAMESPACE
