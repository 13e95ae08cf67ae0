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
    parts_ = samples_ = 0;
  }

  /// Adds the gradient of the mean over a part's samples.
  void add(std::span<const T> gradient, Index samples, int threads) {
    if (sum_.size() == 0) sum_ = Buffer<T>(std::ssize(gradient));
    if (parts_ == 0) std::fill_n(sum_.data(), sum_.size(), T{});
    kernels::chosen::blend<T>(static_cast<double>(samples), gradient.data(), 1.0, sum_.data(),
                              sum_.size(), threads);
    ++parts_;
    samples_ += samples;
  }

  /// Makes of the last part's gradient that of the mean over all samples.
  void finish(std::span<T> gradient, Index samples, int threads) {
    if (parts_ == 0) return;
    const auto all = static_cast<double>(samples_ + samples);
    kernels::chosen::blend<T>(1.0 / all, sum_.data(), static_cast<double>(samples) / all,
                              gradient.data(), sum_.size(), threads);
  }
  void clear() { parts_ = samples_ = 0; }

 private:
  Buffer<T> sum_;
  Buffer<T> state_;
  Index parts_ = 0;
  Index samples_ = 0;
};

}  // namespace TWEED_NAMESPACE::detail
