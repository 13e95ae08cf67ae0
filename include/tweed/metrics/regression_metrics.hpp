#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace TWEED_NAMESPACE {

/// How far predicted numbers are from those that were to be predicted. It is a `Metric`. Means are
/// NaN before anything was added.
class RegressionMetrics {
 public:
  /// Looks at outputs [n,...] and as many targets. Throws Error, having looked at none, unless
  /// there is a target for each output, and a sample has as many as those before.
  template <class T>
  void add(const Batch<const T>& outputs, std::span<const std::type_identity_t<T>> targets) {
    const bool same_size = columns_.empty() || std::ssize(columns_) == outputs.shape.size();
    if (!same_size || std::ssize(targets) != outputs.size()) {
      throw Error(detail::text("RegressionMetrics: ", outputs.count, " samples of ",
                               to_string(outputs.shape), " outputs and ", std::ssize(targets),
                               " targets do not fit each other or those before"));
    }
    columns_.resize(static_cast<std::size_t>(outputs.shape.size()));
    for (std::size_t i = 0; i < targets.size(); ++i) {
      columns_[i % columns_.size()].add(static_cast<double>(outputs.data[i]),
                                        static_cast<double>(targets[i]));
    }
  }

  /// As a `Metric` it is `mean_absolute_error`.
  double value() const { return mean_absolute_error(); }

  double mean_absolute_error() const { return mean(&Column::mean_absolute_error); }
  double mean_squared_error() const { return mean(&Column::mean_squared_error); }
  /// In the units of the numbers.
  double root_mean_squared_error() const { return std::sqrt(mean_squared_error()); }

  /// The coefficient of determination, the mean over all outputs: 1 where each is predicted
  /// exactly, 0 where the targets' mean would have done as well. NaN where all targets of an output
  /// are the same.
  double r2() const { return mean(&Column::r2); }

 private:
  /// One output of all samples. The targets' mean and the squares of the distances from it are kept
  /// up with each of them (Welford 1962), which loses nothing where they are far from 0.
  struct Column {
    double count = 0.0;
    double absolute_errors = 0.0;
    double squared_errors = 0.0;
    double target_mean = 0.0;
    double target_squares = 0.0;

    void add(double output, double target) {
      const double error = output - target;
      absolute_errors += std::abs(error);
      squared_errors += error * error;
      count += 1.0;
      const double before = target - target_mean;
      target_mean += before / count;
      target_squares += before * (target - target_mean);
    }

    double mean_absolute_error() const { return absolute_errors / count; }
    double mean_squared_error() const { return squared_errors / count; }
    double r2() const {
      if (target_squares == 0.0) return std::numeric_limits<double>::quiet_NaN();
      return 1.0 - squared_errors / target_squares;
    }
  };

  double mean(double (Column::*of)() const) const {
    double sum = 0.0;
    for (const Column& column : columns_) sum += (column.*of)();
    return sum / static_cast<double>(columns_.size());
  }

  std::vector<Column> columns_;
};

}  // namespace TWEED_NAMESPACE
