#pragma once

#include <tweed/core/batch.hpp>

namespace TWEED_NAMESPACE {

/// A loss over some samples, added up: divide by `count` for the mean.
struct LossSum {
  double loss = 0.0;
  Index correct = 0;  ///< samples whose largest output is at their label
  Index count = 0;

  double mean_loss() const { return loss / static_cast<double>(count); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(count); }

  LossSum& operator+=(const LossSum& other) {
    loss += other.loss;
    correct += other.correct;
    count += other.count;
    return *this;
  }
};

}  // namespace TWEED_NAMESPACE
