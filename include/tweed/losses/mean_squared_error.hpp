#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/losses/batch_loss.hpp>

#include <span>
#include <string_view>

namespace TWEED_NAMESPACE {

/// The loss of regression, from outputs [n,h,w,c] and targets of the same sizes: for each sample
/// the mean over its outputs of (output - target)^2, as in PyTorch and Keras. Nothing counts as
/// correct.
struct MeanSquaredError {
  static constexpr std::string_view name = "mean_squared_error";

  /// There are no settings to show.
  template <class Take>
  static void visit(const MeanSquaredError&, const Take&) {}

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

  static double loss_at(double output, double target) {
    const double error = output - target;
    return error * error;
  }
  template <class T>
  static T slope_at(T output, T target) {
    return T{2} * (output - target);
  }
};

}  // namespace TWEED_NAMESPACE
