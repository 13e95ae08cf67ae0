#include "training_log.hpp"

#include <algorithm>

namespace fashion_mnist {

namespace {

double in_seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

TrainingLog::TrainingLog(tweed::Index steps, tweed::Index done_before)
    : steps_to_do_{steps}, done_before_{done_before} {
  steps_.reserve(static_cast<std::size_t>(steps - done_before));
  start_ = Clock::now();
}

void TrainingLog::add(const tweed::LossSum& batch) {
  steps_.push_back({batch, Clock::now()});
  images_ += batch.count;
}

tweed::LossSum TrainingLog::recent() const {
  constexpr tweed::Index window = 100;
  tweed::LossSum sum;
  for (auto step = steps_.end() - std::min(window, std::ssize(steps_)); step != steps_.end();
       ++step) {
    sum += step->batch;
  }
  return sum;
}

double TrainingLog::seconds() const {
  return steps_.empty() ? 0.0 : in_seconds(steps_.back().end - start_);
}

double TrainingLog::seconds_left() const {
  const auto left = static_cast<double>(steps_to_do_ - steps_done());
  return seconds() / static_cast<double>(std::max<tweed::Index>(std::ssize(steps_), 1)) * left;
}

double TrainingLog::images_per_second() const {
  return steps_.empty() ? 0.0 : static_cast<double>(images_) / seconds();
}

std::vector<double> TrainingLog::step_seconds() const {
  std::vector<double> times;
  Clock::time_point begin = start_;
  for (const Step& step : steps_) {
    times.push_back(in_seconds(step.end - begin));
    begin = step.end;
  }
  return times;
}

double TrainingLog::least_step_seconds() const {
  return steps_.empty() ? 0.0 : std::ranges::min(step_seconds());
}

double TrainingLog::median_step_seconds() const {
  auto times = step_seconds();
  if (times.empty()) return 0.0;
  const auto middle = times.begin() + std::ssize(times) / 2;
  std::ranges::nth_element(times, middle);
  if (times.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(times.begin(), middle)) / 2.0;
}

}  // namespace fashion_mnist
