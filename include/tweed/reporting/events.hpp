#pragma once

#include <tweed/reporting/event_file.hpp>
#include <tweed/training/history.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE {

namespace reporting::detail {

inline double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// When each of the last steps ended, the last one just now; those before them at once before that.
[[gnu::cold]] inline std::vector<double> end_times(Index steps,
                                                   std::span<const double> step_seconds) {
  std::vector<double> times(static_cast<std::size_t>(steps));
  double time = seconds_since_1970();
  for (Index i = 0; i < steps; ++i) {
    times[static_cast<std::size_t>(steps - 1 - i)] = time;
    if (i < std::ssize(step_seconds)) {
      time -= step_seconds[step_seconds.size() - 1 - static_cast<std::size_t>(i)];
    }
  }
  return times;
}

}  // namespace reporting::detail

/// Whether anything in the history was ever right: in regression, nothing counts as that.
inline bool has_accuracy(const History& history) {
  const auto is_right = [](const auto& record) { return record.accuracy > 0.0; };
  return std::ranges::any_of(history.steps, is_right) ||
         std::ranges::any_of(history.validations, is_right);
}

/// Writes loss, accuracy, where there is any, and learning rate of the steps as an event file for
/// TensorBoard, atomically: at most 10,000 points a curve. It knows such files by their names,
/// events.out.tfevents and anything behind it. `step_seconds` is what each of the last steps took,
/// and may be empty. Throws Error where the file cannot be written.
[[gnu::cold]] inline void write_events(const std::filesystem::path& path, const History& history,
                                       std::span<const double> step_seconds = {}) {
  constexpr Index most_points = 10'000;
  const Index steps = std::ssize(history.steps);
  const std::vector<double> times = reporting::detail::end_times(steps, step_seconds);
  const Index timed_from = steps - std::ssize(step_seconds);
  const Index distance = std::max<Index>(1, (steps + most_points - 1) / most_points);
  const bool with_accuracy = has_accuracy(history);

  EventFile events(times.empty() ? reporting::detail::seconds_since_1970() : times.front());
  for (Index i = 0; i < steps; ++i) {
    if ((i + 1) % distance != 0 && i + 1 != steps) continue;
    const auto position = static_cast<std::size_t>(i);
    const StepRecord& step = history.steps[position];
    const auto add = [&](const char* curve, double value) {
      events.add(curve, i + 1, times[position], value);
    };
    add("loss/train", step.loss);
    if (with_accuracy) add("accuracy/train", step.accuracy);
    add("learning_rate", step.learning_rate);
    if (i >= timed_from) {
      add("ms_per_step", 1000.0 * step_seconds[static_cast<std::size_t>(i - timed_from)]);
    }
  }
  for (const ValidationRecord& record : history.validations) {
    if (record.step < 1 || record.step > steps) continue;
    const double time = times[static_cast<std::size_t>(record.step - 1)];
    events.add("loss/validation", record.step, time, record.loss);
    if (with_accuracy) events.add("accuracy/validation", record.step, time, record.accuracy);
  }
  write_file_atomically(path, events.bytes());
}

}  // namespace TWEED_NAMESPACE
