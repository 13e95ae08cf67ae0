#pragma once

#include <tweed/core/shape.hpp>

#include <cmath>
#include <vector>

namespace tests {

using tweed::Index;

/// Batch normalisation of [pixels,channels] from its definition, with or without a ReLU behind it,
/// one channel after another. It shares nothing with the library's own.
class NaiveBatchNorm {
 public:
  using Numbers = std::vector<double>;

  NaiveBatchNorm(Numbers x, Numbers scale, Numbers shift, double epsilon, bool has_relu = false)
      : scale_(std::move(scale)),
        shift_(std::move(shift)),
        epsilon_(epsilon),
        has_relu_(has_relu),
        channels_(scale_.size()),
        count_(static_cast<double>(x.size() / channels_)),
        x_(std::move(x)),
        mean(channels_),
        variance(channels_) {
    for (std::size_t i = 0; i < x_.size(); ++i) mean[i % channels_] += x_[i] / count_;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double distance = x_[i] - mean[i % channels_];
      variance[i % channels_] += distance * distance / count_;
    }
  }

  Numbers y() const {
    Numbers y;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double value = scale_[i % channels_] * normal(i) + shift_[i % channels_];
      y.push_back(has_relu_ && value < 0.0 ? 0.0 : value);
    }
    return y;
  }

  /// What the gradient of each channel's input begins with: scale / sqrt(variance + epsilon).
  Numbers factors() const {
    Numbers factors;
    for (std::size_t c = 0; c < channels_; ++c) {
      factors.push_back(scale_[c] / std::sqrt(variance[c] + epsilon_));
    }
    return factors;
  }

  Numbers shift_gradient(const Numbers& dy) const {
    Numbers sum(channels_);
    for (std::size_t i = 0; i < dy.size(); ++i) sum[i % channels_] += arriving(dy, i);
    return sum;
  }

  Numbers scale_gradient(const Numbers& dy) const {
    Numbers sum(channels_);
    for (std::size_t i = 0; i < dy.size(); ++i) sum[i % channels_] += arriving(dy, i) * normal(i);
    return sum;
  }

  Numbers dx(const Numbers& dy) const {
    const Numbers shifts = shift_gradient(dy);
    const Numbers scales = scale_gradient(dy);
    const Numbers by = factors();
    Numbers dx;
    for (std::size_t i = 0; i < dy.size(); ++i) {
      const std::size_t c = i % channels_;
      const double rest = arriving(dy, i) - shifts[c] / count_ - normal(i) * scales[c] / count_;
      dx.push_back(by[c] * rest);
    }
    return dx;
  }

 private:
  double normal(std::size_t i) const {
    return (x_[i] - mean[i % channels_]) / std::sqrt(variance[i % channels_] + epsilon_);
  }

  double arriving(const Numbers& dy, std::size_t i) const {
    const double value = scale_[i % channels_] * normal(i) + shift_[i % channels_];
    return has_relu_ && value <= 0.0 ? 0.0 : dy[i];
  }

  Numbers scale_;
  Numbers shift_;
  double epsilon_;
  bool has_relu_;
  std::size_t channels_;
  double count_;
  Numbers x_;

 public:
  Numbers mean;
  Numbers variance;  ///< divided by the number of values
};

}  // namespace tests
