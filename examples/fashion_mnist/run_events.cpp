#include "run_events.hpp"

#include "event_file.hpp"

#include <chrono>

namespace fashion_mnist {

using tweed::Index;

namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// When each of the last steps ended, the last one just now; those before them at once before that.
std::vector<double> end_times(Index steps, const std::vector<double>& step_seconds) {
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

}  // namespace

void write_events(const std::filesystem::path& path, const tweed::History& history,
                  const TrainingLog& log) {
  constexpr Index most_points = 10'000;
  const auto steps = std::ssize(history.steps);
  const std::vector<double> seconds = log.step_seconds();
  const std::vector<double> times = end_times(steps, seconds);
  const Index timed_from = steps - std::ssize(seconds);
  const Index distance = (steps + most_points - 1) / most_points;

  EventFile events(times.empty() ? seconds_since_1970() : times.front());
  for (Index i = 0; i < steps; ++i) {
    if ((i + 1) % distance != 0 && i + 1 != steps) continue;
    const auto position = static_cast<std::size_t>(i);
    const tweed::StepRecord& step = history.steps[position];
    const auto add = [&](const char* curve, double value) {
      events.add(curve, i + 1, times[position], value);
    };
    add("loss/train", step.loss);
    add("accuracy/train", step.accuracy);
    add("learning_rate", step.learning_rate);
    if (i >= timed_from) {
      add("ms_per_step", 1000.0 * seconds[static_cast<std::size_t>(i - timed_from)]);
    }
  }
  for (const tweed::ValidationRecord& record : history.validations) {
    if (record.step < 1 || record.step > steps) continue;
    const double time = times[static_cast<std::size_t>(record.step - 1)];
    events.add("loss/validation", record.step, time, record.loss);
    events.add("accuracy/validation", record.step, time, record.accuracy);
  }
  events.write(path);
}

}  // namespace fashion_mnist
