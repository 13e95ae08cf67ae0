#include "history_file.hpp"

#include "format.hpp"

#include <tweed/core/error.hpp>
#include <tweed/core/input_file.hpp>
#include <tweed/core/text.hpp>
#include <tweed/io/atomic_file.hpp>

#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

namespace fashion_mnist {

namespace {

constexpr std::string_view header =
    "step,loss,accuracy,learning_rate,validation_loss,validation_accuracy";
constexpr std::string_view no_validation = ",";  // two empty fields

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
bool take_line(std::string_view line, tweed::History& history) {
  tweed::Index step = 0;
  tweed::StepRecord record{};
  if (!take(line, step, ",") || step != std::ssize(history.steps) + 1 ||
      !take(line, record.loss, ",") || !take(line, record.accuracy, ",") ||
      !take(line, record.learning_rate, ",")) {
    return false;
  }
  history.steps.push_back(record);
  if (line == no_validation) return true;
  tweed::ValidationRecord validation{.step = step, .loss = 0.0, .accuracy = 0.0};
  if (!take(line, validation.loss, ",") || !take(line, validation.accuracy, "")) return false;
  history.validations.push_back(validation);
  return true;
}

}  // namespace

void write_history(const std::filesystem::path& path, const tweed::History& history) {
  std::string text = std::string(header) + '\n';
  auto validation = history.validations.begin();
  tweed::Index number = 0;
  for (const tweed::StepRecord& step : history.steps) {
    text += std::to_string(++number) + ',' + shortest(step.loss) + ',' + shortest(step.accuracy) +
            ',' + shortest(step.learning_rate) + ',';
    const bool is_validated = validation != history.validations.end() && validation->step == number;
    text += is_validated ? shortest(validation->loss) + ',' + shortest(validation->accuracy)
                         : std::string(no_validation);
    text += '\n';
    if (is_validated) ++validation;
  }
  tweed::write_file_atomically(path, text);
}

tweed::History read_history(const std::filesystem::path& path) {
  const tweed::InputFile can_be_read{path};
  std::ifstream file{path, std::ios::binary};
  std::string line;
  if (!std::getline(file, line) || line != header) {
    throw tweed::Error(path.string() + ": expected the first line to be \"" + std::string(header) +
                       "\", found " + tweed::detail::in_quotes(line));
  }
  tweed::History history;
  while (std::getline(file, line)) {
    const tweed::Index step = std::ssize(history.steps) + 1;
    if (!take_line(line, history)) {
      throw tweed::Error(
          tweed::detail::text(path.string(), ": line ", step + 1, ": expected step ", step,
                              ", three numbers, and two of validation or none, found ",
                              tweed::detail::in_quotes(line)));
    }
  }
  return history;
}

}  // namespace fashion_mnist
