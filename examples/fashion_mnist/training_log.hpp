#pragma once

#include <tweed/losses/loss.hpp>

#include <chrono>
#include <vector>

namespace fashion_mnist {

/// What training has done so far, step by step, and when.
class TrainingLog {
 public:
  /// `steps` are to come. Training starts now.
  explicit TrainingLog(tweed::Index steps);

  /// A step has ended, `batch` is its loss.
  void add(const tweed::LossSum& batch);

  tweed::Index steps_done() const { return std::ssize(steps_); }
  tweed::Index steps() const { return steps_to_do_; }

  /// Loss and accuracy over the last 100 steps, as the network was before each.
  tweed::LossSum recent() const;

  /// From the start to the end of the last step.
  double seconds() const;
  double seconds_left() const;
  double images_per_second() const;
  double median_step_seconds() const;
  double least_step_seconds() const;

  /// What each step took.
  std::vector<double> step_seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Step {
    tweed::LossSum batch;
    Clock::time_point end;
  };

  tweed::Index steps_to_do_;
  std::vector<Step> steps_;
  tweed::Index images_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace fashion_mnist
