#pragma once

#include <tweed/reporting/chart.hpp>
#include <tweed/reporting/events.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/training/history.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// What one number of the steps was, in order.
[[gnu::cold]] inline std::vector<double> column_of(const History& history,
                                                   double StepRecord::*member) {
  std::vector<double> values;
  for (const StepRecord& step : history.steps) values.push_back(step.*member);
  return values;
}

namespace detail {

/// A number of the steps, and of the validations if there were any.
[[gnu::cold]] inline Chart chart_of(const History& history, std::string title, Scale scale,
                                    double StepRecord::*member,
                                    double ValidationRecord::*validation_member) {
  const auto values = column_of(history, member);
  Chart chart{.title = std::move(title),
              .scale = scale,
              .curves = {smooth_curve("training", values, values.size())}};
  if (history.validations.empty()) return chart;
  Curve validation{.name = "validation", .line = {}, .drawn = Drawn::dotted_line};
  for (const ValidationRecord& record : history.validations) {
    validation.line.push_back({static_cast<double>(record.step), record.*validation_member});
  }
  chart.curves.push_back(std::move(validation));
  return chart;
}

}  // namespace detail

/// Loss over the steps, accuracy where anything was ever right, and the learning rate where it
/// changes; in training and, where there was one, validation. Empty without steps.
[[gnu::cold]] inline Section curves_section(const History& history) {
  if (history.steps.empty()) return {};
  const bool can_be_logarithmic =
      std::ranges::all_of(history.steps, [](const StepRecord& step) { return step.loss > 0.0; });
  std::string charts = html_chart(
      detail::chart_of(history, "Loss", can_be_logarithmic ? Scale::logarithmic : Scale::fitted,
                       &StepRecord::loss, &ValidationRecord::loss));
  if (has_accuracy(history)) {
    charts += html_chart(detail::chart_of(history, "Accuracy", Scale::percent,
                                          &StepRecord::accuracy, &ValidationRecord::accuracy));
  }
  const auto rates = column_of(history, &StepRecord::learning_rate);
  if (std::ranges::adjacent_find(rates, std::not_equal_to<>{}) != rates.end()) {
    charts += html_chart(
        {.title = "Learning rate", .curves = {smooth_curve("training", rates, rates.size())}});
  }
  return {.heading = "How it learned",
          .about =
              "Each point is the mean of some batches; the band shows how far single batches "
              "were from it. Batches are measured before the step that they make, with "
              "dropout and augmentation, if there are any.",
          .html = html_element("div", "charts", charts)};
}

}  // namespace TWEED_NAMESPACE::reporting
