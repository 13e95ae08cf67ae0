#pragma once

#include <tweed/losses/loss.hpp>

#include <chrono>
#include <vector>

namespace fashion_mnist {

/// What training has done in this process, step by step, and when.
class TrainingLog {
 public:
  /// Of `steps`, `done_before` were done by a process before this one. Training starts now.
  explicit TrainingLog(tweed::Index steps, tweed::Index done_before = 0);

  /// A step has ended, `batch` is its loss.
  void add(const tweed::LossSum& batch);

  /// In all, also before this process.
  tweed::Index steps_done() const { return done_before_ + std::ssize(steps_); }
  tweed::Index steps() const { return steps_to_do_; }

  /// Whether this process did any.
  bool has_steps() const { return !steps_.empty(); }

  /// Loss and accuracy over the last 100 steps of this process, as the network was before each.
  tweed::LossSum recent() const;

  /// From the start to the end of the last step. All times are 0 where there was no step.
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
  tweed::Index done_before_;
  std::vector<Step> steps_;
  tweed::Index images_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace fashion_mnist
