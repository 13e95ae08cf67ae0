#pragma once

#include <tweed/reporting/number_format.hpp>
#include <tweed/reporting/terminal.hpp>
#include <tweed/reporting/training_log.hpp>
#include <tweed/training/fit_options.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>

namespace TWEED_NAMESPACE {

/// How a ProgressBar shows itself.
struct ProgressOptions {
  std::ostream* out = &std::cout;   ///< must outlive the bar
  std::optional<int> columns = {};  ///< to redraw in; by default those of stdout's terminal
  std::string counted = "samples";  ///< what the loss counts: "images", "pixels"
  Index lines_every = 100;          ///< steps from line to line where nothing can be redrawn
};

/// Shows how training goes: on a terminal as a bar that is redrawn in place, elsewhere as a plain
/// line every hundred steps.
///
///     ProgressBar progress;
///     fit(model, SoftmaxCE{}, Adam{}, train,
///         {.on_step = [&](const StepReport& step) { progress.show(step); }});
class ProgressBar {
 public:
  explicit ProgressBar(const ProgressOptions& options = {}) : options_(options) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Leaves what is drawn, and the cursor on a line of its own.
  ~ProgressBar() {
    if (line_is_open_) *options_.out << std::endl;
  }

  /// To be called after each step.
  void show(const StepReport& step) {
    log_.add(step.step, step.steps, step.batch);
    show(log_);
  }
  /// Where somebody else keeps the log.
  void show(const TrainingLog& log) {
    const bool is_last = log.steps_done() == log.steps();
    if (const auto columns = width()) {
      if (is_last || Clock::now() >= next_drawing_) redraw(log, *columns);
    } else if (is_last || log.steps_done() % options_.lines_every == 0) {
      *options_.out << step_of(log) << numbers_of(log, true) << std::endl;
    }
  }

  const TrainingLog& log() const { return log_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds between_drawings_{100};

  std::optional<int> width() const {
    if (options_.columns || options_.out != &std::cout) return options_.columns;
    return reporting::terminal_columns();
  }

  static std::string step_of(const TrainingLog& log) {
    const std::string steps = std::to_string(log.steps());
    const std::string done = std::to_string(log.steps_done());
    return tweed::detail::text(
        "step ", reporting::align_right(done, static_cast<int>(steps.size())), "/", steps, "  ");
  }

  std::string numbers_of(const TrainingLog& log, bool with_speed) const {
    using reporting::clock_time;
    using reporting::fixed;
    const LossSum recent = log.recent();
    std::string numbers = tweed::detail::text("loss ", fixed(recent.mean_loss(), 4), "  ");
    if (log.has_accuracy()) {
      numbers += tweed::detail::text("accuracy ", reporting::percent(recent.accuracy(), 2), "  ");
    }
    if (with_speed) {
      numbers +=
          tweed::detail::text(fixed(log.counted_per_second(), 0), " ", options_.counted, "/s  ");
    }
    const bool is_last = log.steps_done() == log.steps();
    return numbers + (is_last ? clock_time(log.seconds()) + " in all"
                              : clock_time(log.seconds_left()) + " left");
  }

  /// "[####......]  " as wide as there is room for; nothing where that is too little.
  static std::string bar(const TrainingLog& log, int columns) {
    const int length = std::min(columns, 44) - 4;
    if (length < 6) return {};
    const auto filled = static_cast<std::size_t>(log.steps_done() * length / log.steps());
    std::string drawn = "[";
    drawn.append(filled, '#').append(static_cast<std::size_t>(length) - filled, '.');
    return drawn.append("]  ");
  }

  void redraw(const TrainingLog& log, int columns) {
    const int width = std::max(columns - 1, 1);  // a full last column would begin a new line
    const std::string step = step_of(log);
    const int room = width - static_cast<int>(step.size());
    std::string numbers = numbers_of(log, true);
    if (std::ssize(numbers) > room) numbers = numbers_of(log, false);
    const std::string progress = bar(log, room - static_cast<int>(numbers.size()));
    std::string line = reporting::align_left(step + progress + numbers, width);
    line.resize(static_cast<std::size_t>(width));
    *options_.out << '\r' << line << std::flush;
    line_is_open_ = true;
    next_drawing_ = Clock::now() + between_drawings_;
  }

  ProgressOptions options_;
  TrainingLog log_;
  Clock::time_point next_drawing_ = {};
  bool line_is_open_ = false;
};

}  // namespace TWEED_NAMESPACE
