#pragma once

#include <tweed/data/dataset.hpp>
#include <tweed/reporting/number_format.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

namespace TWEED_NAMESPACE {

namespace reporting {

/// Mean and standard deviation of some numbers; 0 where there are none.
struct Spread {
  double mean = 0.0;
  double deviation = 0.0;
};

template <class Values>
Spread spread_of(const Values& values) {
  double sum = 0.0;
  double sum_of_squares = 0.0;
  for (const auto value : values) {
    const auto number = static_cast<double>(value);
    sum += number;
    sum_of_squares += number * number;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(values.size(), 1));
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(sum_of_squares / count - mean * mean, 0.0))};
}

}  // namespace reporting

/// What data to train and to test with hold, as a table of how many samples there are of each class
/// of the first, and a line on its numbers as they are stored.
template <class Value>
[[gnu::cold]] std::string data_summary(const Dataset<Value>& train, const Dataset<Value>& test) {
  using namespace reporting;
  std::string text;
  const auto add_line = [&](const std::string& name, const std::string& of_train,
                            const std::string& of_test) {
    text += align_left(name, 14) + align_right(of_train, 8) + align_right(of_test, 8) + '\n';
  };
  add_line("class", "train", "test");
  for (std::size_t i = 0; i < train.class_names.size(); ++i) {
    const auto count = [label = static_cast<Label>(i)](const Dataset<Value>& part) {
      return std::to_string(std::ranges::count(part.labels, label));
    };
    add_line(train.class_names[i], count(train), count(test));
  }
  const Spread spread = spread_of(train.images);
  const bool are_bytes = std::is_same_v<Value, std::uint8_t>;
  text += are_bytes ? "\npixels from 0 to 255: mean " : "\nnumbers: mean ";
  return text + fixed(spread.mean, 1) + ", standard deviation " + fixed(spread.deviation, 1) +
         " (train)\n";
}

}  // namespace TWEED_NAMESPACE
