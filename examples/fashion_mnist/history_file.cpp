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

constexpr std::string_view header = "step,loss,accuracy,learning_rate";

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

}  // namespace

void write_history(const std::filesystem::path& path, const tweed::History& history) {
  std::string text = std::string(header) + '\n';
  tweed::Index number = 0;
  for (const tweed::StepRecord& step : history.steps) {
    text += std::to_string(++number) + ',' + shortest(step.loss) + ',' + shortest(step.accuracy) +
            ',' + shortest(step.learning_rate) + '\n';
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
  for (tweed::Index number = 1; std::getline(file, line); ++number) {
    std::string_view rest = line;
    tweed::Index step = 0;
    tweed::StepRecord record{};
    if (!take(rest, step, ",") || step != number || !take(rest, record.loss, ",") ||
        !take(rest, record.accuracy, ",") || !take(rest, record.learning_rate, "")) {
      throw tweed::Error(
          tweed::detail::text(path.string(), ": line ", number + 1, ": expected step ", number,
                              " and three numbers, found ", tweed::detail::in_quotes(line)));
    }
    history.steps.push_back(record);
  }
  return history;
}

}  // namespace fashion_mnist
