#pragma once

#include <tweed/data/csv_table.hpp>
#include <tweed/data/dataset.hpp>
#include <tweed/data/regression_dataset.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// The columns other than these.
inline std::vector<Index> other_columns(const CsvTable& table, std::span<const Index> taken) {
  std::vector<Index> others;
  for (Index column = 0; column < table.columns(); ++column) {
    if (std::ranges::find(taken, column) == taken.end()) others.push_back(column);
  }
  if (others.empty()) table.fail("expected more columns than what is to be predicted");
  return others;
}

/// The numbers in some columns, row by row.
inline std::vector<float> numbers_of(const CsvTable& table, std::span<const Index> columns) {
  std::vector<float> numbers;
  numbers.reserve(static_cast<std::size_t>(table.rows()) * columns.size());
  for (Index row = 0; row < table.rows(); ++row) {
    for (const Index column : columns) numbers.push_back(table.number(row, column));
  }
  return numbers;
}

/// Numbers by value, before other texts by the alphabet.
inline bool comes_before(const std::string& a, const std::string& b) {
  const auto a_number = number_in<double>(a);
  const auto b_number = number_in<double>(b);
  if (a_number.has_value() != b_number.has_value()) return a_number.has_value();
  return std::pair(a_number, a) < std::pair(b_number, b);
}

/// The different texts in a column, in order.
inline std::vector<std::string> classes_of(const CsvTable& table, Index column) {
  std::vector<std::string> classes;
  for (Index row = 0; row < table.rows(); ++row) classes.push_back(table.text(row, column));
  std::ranges::sort(classes);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  std::ranges::sort(classes, comes_before);
  return classes;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE::datasets {

/// Samples with numbers to predict from a CSV file: those in the columns named `targets`, from the
/// numbers in all others, in the file's order. Throws Error, naming the place, where a field is no
/// finite number or missing, a column is missing, or there are no rows.
inline RegressionDataset<float> regression_csv(const std::filesystem::path& path,
                                               const std::vector<std::string>& targets,
                                               const CsvOptions& options = {}) {
  const CsvTable table(path, options);
  std::vector<Index> wanted;
  for (const std::string& name : targets) wanted.push_back(table.column(name));
  if (wanted.empty()) table.fail("expected a column to be predicted, none was named");
  if (table.rows() == 0) table.fail("expected rows below the columns' names, found none");
  const auto inputs = tweed::detail::other_columns(table, wanted);
  return {.shape = {1, 1, std::ssize(inputs)},
          .samples = tweed::detail::numbers_of(table, inputs),
          .outputs = std::ssize(wanted),
          .targets = tweed::detail::numbers_of(table, wanted)};
}

/// Labelled samples from a CSV file: the classes are the texts in the column `label`, in order
/// (numbers by value), the samples the numbers in all others. For a second file of the same kind
/// give the first one's `class_names`, so that the same classes have the same labels. Throws Error,
/// naming the place, where a field is no finite number, no class or missing, a column is missing,
/// or there are no rows.
inline Dataset<float> labelled_csv(const std::filesystem::path& path, std::string_view label,
                                   std::vector<std::string> class_names = {},
                                   const CsvOptions& options = {}) {
  const CsvTable table(path, options);
  const Index column = table.column(label);
  if (table.rows() == 0) table.fail("expected rows below the columns' names, found none");
  const auto inputs = tweed::detail::other_columns(table, {&column, 1});
  Dataset<float> data{
      {1, 1, std::ssize(inputs)},
      tweed::detail::numbers_of(table, inputs),
      {},
      class_names.empty() ? tweed::detail::classes_of(table, column) : std::move(class_names)};
  std::unordered_map<std::string_view, Label> labels;
  for (std::size_t i = 0; i < data.class_names.size(); ++i) {
    labels.emplace(data.class_names[i], static_cast<Label>(i));
  }
  for (Index row = 0; row < table.rows(); ++row) {
    const std::string& text = table.text(row, column);
    const auto found = labels.find(text);
    if (text.empty() || found == labels.end()) {
      table.fail_at(row, column, "expected a class, found " + tweed::detail::in_quotes(text));
    }
    data.labels.push_back(found->second);
  }
  return data;
}

}  // namespace TWEED_NAMESPACE::datasets
