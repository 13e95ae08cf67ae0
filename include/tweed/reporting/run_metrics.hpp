#pragma once

#include <tweed/reporting/finished_run.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// What metrics.json says of a run, beside what only people read.
struct RunMetrics {
  Measure best = {};  ///< the most telling measure of the test, or its loss
  double test_loss = 0.0;
  double steps = 0.0;
  double batch_size = 0.0;
  double learning_rate = 0.0;
  double seed = 0.0;
  std::optional<double> seconds = {};       ///< none where nobody has taken the time
  std::optional<double> milliseconds = {};  ///< a step
  std::string optimizer = {};
};

/// A run's metrics as JSON: measures of the test, how training went and what was asked for, the
/// machine, and each class. What this process has no steps for is null.
TWEED_PREBUILT std::string metrics_text(const FinishedRun& run);

/// The way back. Throws Error, which begins with `where`, where the text is not like that.
TWEED_PREBUILT RunMetrics parse_metrics(const std::string& where, std::string_view text);

}  // namespace TWEED_NAMESPACE::reporting
