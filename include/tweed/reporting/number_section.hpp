#pragma once

#include <tweed/reporting/chart.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_result.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// What was predicted against what was true, and how far off it was, for each number that a network
/// predicts. Empty where it predicts none.
[[gnu::cold]] inline Section numbers_section(const TestResult& result) {
  std::string charts;
  for (const PredictedNumber& number : result.numbers) {
    Curve cloud{.name = "samples", .line = {}, .drawn = Drawn::points};
    std::vector<double> errors;
    Range range;
    for (std::size_t i = 0; i < number.wanted.size(); ++i) {
      cloud.line.push_back({number.wanted[i], number.found[i]});
      errors.push_back(number.found[i] - number.wanted[i]);
      range.include(number.wanted[i]);
    }
    range = range.or_unit();
    Curve exact{.name = "exact", .line = {{range.low, range.low}, {range.high, range.high}}};
    charts += html_chart({.title = number.name + ", predicted against true",
                          .x_name = "true",
                          .scale = Scale::fitted,
                          .curves = {cloud, exact}});
    charts += html_chart({.title = number.name + ": how many samples are how far off",
                          .x_name = "error: predicted - true",
                          .curves = {histogram("samples", errors)}});
  }
  if (charts.empty()) return {};
  return {
      .heading = "What it predicts",
      .about =
          "Each dot is a sample that it was not trained with: on the line it is predicted "
          "exactly. Errors that are not centred at 0 are a bias. R\u00b2 is 1 where all are exact, "
          "and 0 where it is no better than to predict the mean.",
      .html = html_element("div", "charts", charts)};
}

}  // namespace TWEED_NAMESPACE::reporting
