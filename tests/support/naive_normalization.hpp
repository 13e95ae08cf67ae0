#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tests {

using tweed::Index;

/// What is normalised, and how.
struct NormalizationSettings {
  Index groups = 0;     ///< of channels, over all pixels of a sample; 0: each pixel by itself
  bool centers = true;  ///< else 0 stands for the mean
  bool has_scale = true;
  bool has_shift = true;
  double epsilon = 1e-5;
};

/// Normalisation of images [n,h,w,c] from its definition, set by set. It shares nothing with the
/// library's own.
class NaiveNormalization {
 public:
  using Numbers = std::vector<double>;

  NaiveNormalization(const NormalizationSettings& settings, const tweed::Shape& shape, Numbers x,
                     Numbers scale, Numbers shift)
      : settings_(settings),
        channels_(static_cast<std::size_t>(shape.channels)),
        sample_(static_cast<std::size_t>(shape.size())),
        x_(std::move(x)),
        scale_(std::move(scale)),
        shift_(std::move(shift)) {
    if (x_.empty()) return;
    const std::size_t sets = set_of(x_.size() - 1) + 1;
    size_ = static_cast<double>(x_.size() / sets);
    mean_.resize(sets);
    deviation_.resize(sets);
    for (std::size_t i = 0; settings_.centers && i < x_.size(); ++i) mean_[set_of(i)] += x_[i];
    for (double& mean : mean_) mean /= size_;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double distance = x_[i] - mean_[set_of(i)];
      deviation_[set_of(i)] += distance * distance;
    }
    for (double& d : deviation_) d = std::sqrt(d / size_ + settings_.epsilon);
  }

  Numbers y() const {
    Numbers y;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      y.push_back(scale_of(i) * normal(i) + (settings_.has_shift ? shift_[i % channels_] : 0.0));
    }
    return y;
  }

  Numbers scale_gradient(const Numbers& dy) const {
    Numbers sum(channels_);
    for (std::size_t i = 0; i < dy.size(); ++i) sum[i % channels_] += dy[i] * normal(i);
    return sum;
  }

  Numbers shift_gradient(const Numbers& dy) const {
    Numbers sum(channels_);
    for (std::size_t i = 0; i < dy.size(); ++i) sum[i % channels_] += dy[i];
    return sum;
  }

  Numbers dx(const Numbers& dy) const {
    Numbers gradients(mean_.size()), products(mean_.size());
    for (std::size_t i = 0; i < dy.size(); ++i) {
      if (settings_.centers) gradients[set_of(i)] += dy[i] * scale_of(i) / size_;
      products[set_of(i)] += dy[i] * scale_of(i) * normal(i) / size_;
    }
    Numbers dx;
    for (std::size_t i = 0; i < dy.size(); ++i) {
      const std::size_t set = set_of(i);
      const double rest = dy[i] * scale_of(i) - gradients[set] - normal(i) * products[set];
      dx.push_back(rest / deviation_[set]);
    }
    return dx;
  }

  /// What dx is made of may be much larger than dx.
  double gradient_scale(const Numbers& dy) const {
    double largest = 0.0;
    for (std::size_t i = 0; i < dy.size(); ++i) {
      largest = std::max(largest, std::abs(dy[i] * scale_of(i) / deviation_[set_of(i)]));
    }
    return largest;
  }

 private:
  std::size_t set_of(std::size_t i) const {
    if (settings_.groups == 0) return i / channels_;
    const auto groups = static_cast<std::size_t>(settings_.groups);
    return i / sample_ * groups + i % channels_ / (channels_ / groups);
  }
  double scale_of(std::size_t i) const { return settings_.has_scale ? scale_[i % channels_] : 1.0; }
  double normal(std::size_t i) const { return (x_[i] - mean_[set_of(i)]) / deviation_[set_of(i)]; }

  NormalizationSettings settings_;
  std::size_t channels_;
  std::size_t sample_;
  Numbers x_;
  Numbers scale_;
  Numbers shift_;
  double size_ = 0.0;  // numbers of a set
  Numbers mean_;
  Numbers deviation_;
};

}  // namespace tests
