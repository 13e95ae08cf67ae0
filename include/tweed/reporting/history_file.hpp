#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/atomic_file.hpp>
#include <tweed/reporting/number_format.hpp>
#include <tweed/training/history.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE {

namespace reporting::detail {

inline constexpr std::string_view history_header =
    "step,loss,accuracy,learning_rate,validation_loss,validation_accuracy";
inline constexpr std::string_view no_validation = ",";  // two empty fields

/// The number that `text` begins with, which `separator` has to follow; takes both away.
template <class Number>
bool take(std::string_view& text, Number& number, std::string_view separator) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(static_cast<double>(number))) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (separator.empty() ? !text.empty() : !text.starts_with(separator)) return false;
  text.remove_prefix(separator.size());
  return true;
}

/// A line of the file, into the end of `history`.
[[gnu::cold]] inline bool take_history_line(std::string_view line, History& history) {
  Index step = 0;
  StepRecord record{};
  if (!take(line, step, ",") || step != std::ssize(history.steps) + 1 ||
      !take(line, record.loss, ",") || !take(line, record.accuracy, ",") ||
      !take(line, record.learning_rate, ",")) {
    return false;
  }
  history.steps.push_back(record);
  if (line == no_validation) return true;
  ValidationRecord validation{.step = step, .loss = 0.0, .accuracy = 0.0};
  if (!take(line, validation.loss, ",") || !take(line, validation.accuracy, "")) return false;
  history.validations.push_back(validation);
  return true;
}

}  // namespace reporting::detail

/// Writes each step's loss, accuracy and learning rate as CSV, steps counted from 1, and where the
/// model was validated after the step the loss and accuracy of that; elsewhere these are empty. The
/// numbers are as short as they can be and still come back the same; no times stand in the file.
[[gnu::cold]] inline void write_history(const std::filesystem::path& path, const History& history) {
  using reporting::shortest;
  std::string text(reporting::detail::history_header);
  text += '\n';
  auto validation = history.validations.begin();
  Index number = 0;
  for (const StepRecord& step : history.steps) {
    text += std::to_string(++number);
    for (const double value : {step.loss, step.accuracy, step.learning_rate}) {
      text += ',';
      text += shortest(value);
    }
    text += ',';
    const bool is_validated = validation != history.validations.end() && validation->step == number;
    text += is_validated ? shortest(validation->loss) + ',' + shortest(validation->accuracy)
                         : std::string(reporting::detail::no_validation);
    text += '\n';
    if (is_validated) ++validation;
  }
  write_file_atomically(path, text);
}

/// The history in a file that `write_history` wrote. Throws Error, with the line, where it is not
/// like that.
[[gnu::cold]] inline History read_history(const std::filesystem::path& path) {
  const InputFile can_be_read{path};
  std::ifstream file{path, std::ios::binary};
  std::string line;
  if (!std::getline(file, line) || line != reporting::detail::history_header) {
    throw Error(detail::text(path.string(), ": expected the first line to be \"",
                             reporting::detail::history_header, "\", found ",
                             detail::in_quotes(line)));
  }
  History history;
  while (std::getline(file, line)) {
    const Index step = std::ssize(history.steps) + 1;
    if (!reporting::detail::take_history_line(line, history)) {
      throw Error(detail::text(path.string(), ": line ", step + 1, ": expected step ", step,
                               ", three numbers, and two of validation or none, found ",
                               detail::in_quotes(line)));
    }
  }
  return history;
}

}  // namespace TWEED_NAMESPACE
