#pragma once

#include <tweed/losses/loss.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace TWEED_NAMESPACE {

/// What training has done in this process, step by step, and when. The clock starts when the log is
/// made.
class TrainingLog {
 public:
  /// Step number `step`, from 1, of `steps` has ended, `batch` is its loss. Those before the first
  /// that is added were done by a process before this one.
  void add(Index step, Index steps, const LossSum& batch) {
    steps_done_ = step;
    steps_to_do_ = steps;
    done_.push_back({batch, Clock::now()});
    samples_ += batch.count;
    has_accuracy_ = has_accuracy_ || batch.correct > 0;
  }

  /// In all, also before this process; 0 before the first.
  Index steps_done() const { return steps_done_; }
  Index steps() const { return steps_to_do_; }

  /// Whether this process did any.
  bool has_steps() const { return !done_.empty(); }
  /// Whether anything was ever right: in regression, nothing counts as that.
  bool has_accuracy() const { return has_accuracy_; }

  /// Loss and accuracy over the last 100 steps of this process, as the network was before each.
  LossSum recent() const {
    constexpr Index window = 100;
    LossSum sum;
    const auto first = done_.end() - std::min(window, std::ssize(done_));
    for (auto step = first; step != done_.end(); ++step) sum += step->batch;
    return sum;
  }

  /// From the start to the end of the last step. All times are 0 where there was no step.
  double seconds() const { return done_.empty() ? 0.0 : in_seconds(done_.back().end - start_); }
  double seconds_left() const {
    const auto left = static_cast<double>(steps_to_do_ - steps_done_);
    return seconds() / static_cast<double>(std::max<Index>(std::ssize(done_), 1)) * left;
  }
  /// What the loss counts: samples or, where each pixel has a label, pixels.
  double counted_per_second() const {
    return done_.empty() ? 0.0 : static_cast<double>(samples_) / std::max(seconds(), 1e-9);
  }

  /// What each step took.
  std::vector<double> step_seconds() const {
    std::vector<double> times;
    Clock::time_point begin = start_;
    for (const Step& step : done_) {
      times.push_back(in_seconds(step.end - begin));
      begin = step.end;
    }
    return times;
  }
  double least_step_seconds() const {
    return done_.empty() ? 0.0 : std::ranges::min(step_seconds());
  }
  double median_step_seconds() const {
    auto times = step_seconds();
    if (times.empty()) return 0.0;
    const auto middle = times.begin() + std::ssize(times) / 2;
    std::ranges::nth_element(times, middle);
    if (times.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(times.begin(), middle)) / 2.0;
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Step {
    LossSum batch;
    Clock::time_point end;
  };

  static double in_seconds(Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  }

  Clock::time_point start_ = Clock::now();
  std::vector<Step> done_;
  Index steps_done_ = 0;
  Index steps_to_do_ = 0;
  Index samples_ = 0;
  bool has_accuracy_ = false;
};

}  // namespace TWEED_NAMESPACE
