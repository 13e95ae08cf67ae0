#pragma once

#include <tweed/reporting/chart.hpp>
#include <tweed/reporting/curve_sections.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/run_metrics.hpp>
#include <tweed/training/history.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// What a run left in its folder.
struct ComparedRun {
  std::string name;
  reporting::RunMetrics metrics;
  History history;
};

namespace reporting {

/// The columns of a comparison, and what stands in them for a run.
[[gnu::cold]] inline std::vector<std::string> compared_columns(
    const std::vector<ComparedRun>& runs) {
  std::vector<std::string> columns{"loss", "steps", "batch",   "optimizer",
                                   "rate", "seed",  "seconds", "ms/step"};
  const Measure& best = runs.front().metrics.best;
  if (best.key != "test_loss") columns.insert(columns.begin(), best.name);
  return columns;
}

[[gnu::cold]] inline std::vector<std::string> compared_values(const ComparedRun& run) {
  const auto tenths = [](const std::optional<double>& number) {
    return number ? fixed(*number, 1) : "-";
  };
  const RunMetrics& metrics = run.metrics;
  std::vector<std::string> values{
      fixed(metrics.test_loss, 4),     fixed(metrics.steps, 0),
      fixed(metrics.batch_size, 0),    metrics.optimizer.empty() ? "-" : metrics.optimizer,
      shortest(metrics.learning_rate), fixed(metrics.seed, 0),
      tenths(metrics.seconds),         tenths(metrics.milliseconds)};
  if (metrics.best.key != "test_loss") values.insert(values.begin(), metrics.best.text());
  return values;
}

namespace detail {

[[gnu::cold]] inline const ComparedRun& best_of(const std::vector<ComparedRun>& runs) {
  return *std::ranges::max_element(runs, {}, [](const ComparedRun& run) {
    const Measure& best = run.metrics.best;
    return best.more_is_better ? best.value : -best.value;
  });
}

/// One curve a run, over the steps that it took.
[[gnu::cold]] inline std::string compared_chart(const std::vector<ComparedRun>& runs,
                                                std::string title, Scale scale,
                                                double StepRecord::*member) {
  Chart chart{.title = std::move(title), .scale = scale, .curves = {}};
  std::size_t longest = 0;
  for (const ComparedRun& run : runs) longest = std::max(longest, run.history.steps.size());
  for (const ComparedRun& run : runs) {
    Curve curve = smooth_curve(run.name, column_of(run.history, member), longest);
    curve.lower.clear();
    curve.upper.clear();
    chart.curves.push_back(std::move(curve));
  }
  return html_chart(chart);
}

}  // namespace detail

/// The runs side by side: a table, and their curves over each other. There is one run at least.
[[gnu::cold]] inline Report comparison_of(const std::vector<ComparedRun>& runs,
                                          const std::string& title) {
  const ComparedRun& best = detail::best_of(runs);
  Report report{.title = title};
  report.headline =
      runs.size() == 1
          ? tweed::detail::text(best.name, ": ", best.metrics.best.text())
          : tweed::detail::text(best.name, " is ahead with ", best.metrics.best.text());
  report.lead = tweed::detail::text(
      "What is compared, ", best.metrics.best.name,
      ", and the loss are those on the test data. Runs that differ in nothing but the seed differ "
      "in their results, too: compare several before you believe in a small gain.");
  HtmlTable table{.headings = compared_columns(runs), .rows = {}, .best = &best - runs.data()};
  table.headings.insert(table.headings.begin(), "run");
  for (const ComparedRun& run : runs) {
    table.rows.push_back(compared_values(run));
    table.rows.back().insert(table.rows.back().begin(), run.name);
  }
  report.add({.heading = "The runs", .about = "", .html = table.html()});
  const bool with_accuracy =
      std::ranges::any_of(runs, [](const auto& run) { return has_accuracy(run.history); });
  std::string charts = detail::compared_chart(runs, "Loss", Scale::logarithmic, &StepRecord::loss);
  if (with_accuracy) {
    charts += detail::compared_chart(runs, "Accuracy", Scale::percent, &StepRecord::accuracy);
  }
  report.add({.heading = "How they learned",
              .about = "Each point is the mean of some batches of training.",
              .html = html_element("div", "charts", charts)});
  return report;
}

}  // namespace reporting

}  // namespace TWEED_NAMESPACE
