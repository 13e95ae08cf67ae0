#pragma once

#include "training_log.hpp"

namespace fashion_mnist {

/// Shows on stdout how training goes: on a terminal as a bar that is redrawn in place, elsewhere as
/// a plain line now and then.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Leaves what is drawn, and the cursor on a line of its own.
  ~Progress();

  /// To be called after each step.
  void show(const TrainingLog& log);

 private:
  using Clock = std::chrono::steady_clock;
  void redraw(const TrainingLog& log, int columns);

  Clock::time_point next_drawing_ = {};
  bool line_is_open_ = false;
};

}  // namespace fashion_mnist
