#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/text.hpp>
#include <tweed/losses/loss.hpp>

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// The loss of regression, from outputs [n,h,w,c] and targets of the same sizes: for each sample
/// the mean over its outputs of (output - target)^2, as in PyTorch and Keras. Nothing counts as
/// correct.
struct MeanSquaredError {
  static constexpr std::string_view name = "mean_squared_error";

  /// There are no settings to show.
  template <class Take>
  static void visit(const MeanSquaredError&, const Take&) {}

  enum class Why { fits };

  /// Any output will do.
  static constexpr Fit<Why> fit(const Shape& outputs) { return {outputs}; }

  /// The loss of each sample, added up. Throws Error unless there is a target for each output.
  template <class T>
  LossSum value(const Batch<const T>& outputs,
                std::span<const std::type_identity_t<T>> targets) const {
    check(outputs, targets);
    double squares = 0.0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const double error = static_cast<double>(outputs.data[i]) - static_cast<double>(targets[i]);
      squares += error * error;
    }
    return {.loss = squares / static_cast<double>(outputs.shape.size()), .count = outputs.count};
  }

  /// The same, and the gradient of the mean loss by the outputs, 2 (output - target) / (n h w c),
  /// into `gradient`.
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, std::span<const std::type_identity_t<T>> targets,
                   const Batch<T>& gradient) const {
    const LossSum sum = value(outputs, targets);
    const T scale = T{2} / static_cast<T>(outputs.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      gradient.data[i] = scale * (outputs.data[i] - targets[i]);
    }
    return sum;
  }

 private:
  template <class T>
  static void check(const Batch<const T>& outputs, std::span<const T> targets) {
    if (std::ssize(targets) != outputs.size()) {
      throw Error(detail::text("MeanSquaredError: ", outputs.count, " samples of ",
                               to_string(outputs.shape), " outputs, but ", std::ssize(targets),
                               " targets"));
    }
  }
};

}  // namespace TWEED_NAMESPACE
