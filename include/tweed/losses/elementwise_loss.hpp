#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/losses/loss.hpp>

#include <algorithm>
#include <span>
#include <string>

/// Losses that compare each output with a number of its own and take the mean over a sample's
/// outputs. Such a loss says what it is of one output: `loss_at(output, target)`, in double, and
/// `slope_at(output, target)`, its derivative by the output.
namespace TWEED_NAMESPACE::detail {

/// Throws Error, which begins with the loss, unless there is a target for each output.
template <class T>
[[gnu::cold]] void check_targets(const char* loss, const Batch<const T>& outputs,
                                 std::span<const T> targets) {
  if (std::ssize(targets) == outputs.size()) return;
  throw Error(text(loss, ": ", outputs.count, " samples of ", to_string(outputs.shape),
                   " outputs, but ", std::ssize(targets), " targets"));
}

/// Throws Error, which begins with the loss, unless all targets are in [0, 1].
template <class T>
[[gnu::cold]] void check_shares(const char* loss, const Batch<const T>& outputs,
                                std::span<const T> targets) {
  const auto found =
      std::ranges::find_if(targets, [](T target) { return !(target >= T{0} && target <= T{1}); });
  if (found == targets.end()) return;
  const auto sample = (found - targets.begin()) / outputs.shape.size();
  throw Error(text(loss, ": a target of sample ", Index{sample}, " is ",
                   static_cast<double>(*found), ", expected 0 to 1"));
}

/// The loss of each sample, added up.
template <class Of, class T>
LossSum elementwise_loss(const Of& of, const Batch<const T>& outputs, std::span<const T> targets) {
  double sum = 0.0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    sum += of.loss_at(static_cast<double>(outputs.data[i]), static_cast<double>(targets[i]));
  }
  return {.loss = sum / static_cast<double>(outputs.shape.size()), .count = outputs.count};
}

/// The gradient of the mean loss by the outputs, into `gradient`.
template <class Of, class T>
void elementwise_gradient(const Of& of, const Batch<const T>& outputs, std::span<const T> targets,
                          const Batch<T>& gradient) {
  const T scale = T{1} / static_cast<T>(outputs.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    gradient.data[i] = scale * of.slope_at(outputs.data[i], targets[i]);
  }
}

}  // namespace TWEED_NAMESPACE::detail
