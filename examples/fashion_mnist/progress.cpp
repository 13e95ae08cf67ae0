#include "progress.hpp"

#include "format.hpp"
#include "terminal.hpp"

#include <algorithm>
#include <iostream>
#include <string>

namespace fashion_mnist {

namespace {

constexpr std::chrono::milliseconds between_drawings{100};
constexpr tweed::Index steps_between_lines = 100;

std::string step_of(const TrainingLog& log) {
  const std::string steps = std::to_string(log.steps());
  const std::string done = std::to_string(log.steps_done());
  return "step " + align_right(done, static_cast<int>(steps.size())) + '/' + steps + "  ";
}

std::string numbers_of(const TrainingLog& log, bool with_speed) {
  const bool is_last = log.steps_done() == log.steps();
  const tweed::LossSum recent = log.recent();
  return "loss " + fixed(recent.mean_loss(), 4) + "  accuracy " + percent(recent.accuracy(), 2) +
         (with_speed ? "  " + fixed(log.images_per_second(), 0) + " images/s  " : "  ") +
         (is_last ? clock_time(log.seconds()) + " in all"
                  : clock_time(log.seconds_left()) + " left");
}

/// "[####......]  " as wide as there is room for; nothing where that is too little.
std::string bar(const TrainingLog& log, int columns) {
  const int length = std::min(columns, 44) - 4;
  if (length < 6) return {};
  const auto filled = static_cast<int>(log.steps_done() * length / log.steps());
  return '[' + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(length - filled), '.') + "]  ";
}

}  // namespace

Progress::~Progress() {
  if (line_is_open_) std::cout << std::endl;
}

void Progress::show(const TrainingLog& log) {
  const bool is_last = log.steps_done() == log.steps();
  if (const auto columns = terminal_columns()) {
    if (is_last || Clock::now() >= next_drawing_) redraw(log, *columns);
  } else if (is_last || log.steps_done() % steps_between_lines == 0) {
    std::cout << step_of(log) << numbers_of(log, true) << std::endl;
  }
}

void Progress::redraw(const TrainingLog& log, int columns) {
  const int width = std::max(columns - 1, 1);  // a full last column would begin a new line
  const std::string step = step_of(log);
  const int room = width - static_cast<int>(step.size());
  std::string numbers = numbers_of(log, true);
  if (std::ssize(numbers) > room) numbers = numbers_of(log, false);
  const std::string progress = bar(log, room - static_cast<int>(numbers.size()));
  std::string line = align_left(step + progress + numbers, width);
  line.resize(static_cast<std::size_t>(width));
  std::cout << '\r' << line << std::flush;
  line_is_open_ = true;
  next_drawing_ = Clock::now() + between_drawings;
}

}  // namespace fashion_mnist
