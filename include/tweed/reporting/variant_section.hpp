#pragma once

#include <tweed/reporting/html.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_variants.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// Whether `a` is better than `b`, by the most telling measure, or by the loss where there is none.
inline bool is_better(const TestResult& a, const TestResult& b) {
  if (a.measures.empty()) return a.loss < b.loss;
  const double gain = a.measures[0].value - b.measures[0].value;
  return a.measures[0].more_is_better ? gain > 0.0 : gain < 0.0;
}

}  // namespace detail

/// What the averages over weights and over views are good for: the test that counts, and below it
/// the others. Empty where there is no other.
[[gnu::cold]] inline Section variants_section(const TestResult& test,
                                              const TestVariants& variants) {
  if (variants.others.empty()) return {};
  HtmlTable table{.headings = {""}, .rows = {}, .best = 0};
  for (const Measure& measure : test.measures) table.headings.push_back(measure.name);
  table.headings.emplace_back("loss");
  const TestResult* best = &test;
  const auto add = [&](const std::string& name, const TestResult& result) {
    std::vector<std::string> row{name};
    for (const Measure& measure : result.measures) row.push_back(measure.text());
    row.push_back(fixed(result.loss, 4));
    if (detail::is_better(result, *best)) {
      best = &result;
      table.best = std::ssize(table.rows);
    }
    table.rows.push_back(std::move(row));
  };
  add(variants.chosen, test);
  for (const TestVariant& variant : variants.others) add(variant.name, variant.test);
  return {.heading = "What averaging brings",
          .about = "The first row is the result above." + variants.about,
          .html = table.html()};
}

}  // namespace TWEED_NAMESPACE::reporting
