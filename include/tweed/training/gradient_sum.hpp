#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::detail {

/// The gradients of the parts of a batch so far, and the network's state before the first of them.
template <class T>
class GradientSum {
 public:
  /// How many parts there are.
  Index parts() const { return parts_; }

  /// Before the first part: for `restore`.
  void remember(std::span<const T> state) {
    if (parts_ > 0 || state.empty()) return;
    if (state_.size() == 0) state_ = Buffer<T>(std::ssize(state));
    std::copy_n(state.data(), state.size(), state_.data());
  }
  /// Forgets all parts, and what they did to the state.
  [[gnu::cold]] void restore(std::span<T> state) {
    if (parts_ > 0) std::copy_n(state_.data(), state_.size(), state.data());
    parts_ = 0;
    weight_ = 0.0;
  }

  /// Adds the gradient of the mean over a part, which counts as `weight`, such as its samples.
  void add(std::span<const T> gradient, double weight, int threads) {
    if (sum_.size() == 0) sum_ = Buffer<T>(std::ssize(gradient));
    if (parts_ == 0) std::fill_n(sum_.data(), sum_.size(), T{});
    kernels::chosen::blend<T>(weight, gradient.data(), 1.0, sum_.data(), sum_.size(), threads);
    ++parts_;
    weight_ += weight;
  }

  /// Makes of the last part's gradient that of the mean over all parts.
  void finish(std::span<T> gradient, double weight, int threads) {
    const double all = weight_ + weight;
    if (parts_ == 0 || all == 0.0) return;
    kernels::chosen::blend<T>(1.0 / all, sum_.data(), weight / all, gradient.data(), sum_.size(),
                              threads);
  }
  void clear() {
    parts_ = 0;
    weight_ = 0.0;
  }

 private:
  Buffer<T> sum_;
  Buffer<T> state_;
  Index parts_ = 0;
  double weight_ = 0.0;
};

}  // namespace TWEED_NAMESPACE::detail
