#pragma once

#include <tweed/core/text.hpp>
#include <tweed/reporting/augmentation_section.hpp>
#include <tweed/reporting/class_sections.hpp>
#include <tweed/reporting/curve_sections.hpp>
#include <tweed/reporting/example_section.hpp>
#include <tweed/reporting/finished_run.hpp>
#include <tweed/reporting/machine.hpp>
#include <tweed/reporting/number_section.hpp>
#include <tweed/reporting/run_advice.hpp>
#include <tweed/reporting/run_summary.hpp>
#include <tweed/reporting/variant_section.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

inline std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

/// Large numbers at the head of the report.
[[gnu::cold]] inline std::vector<std::pair<std::string, std::string>> figures_of(
    const FinishedRun& run) {
  std::vector<std::pair<std::string, std::string>> figures;
  for (const Measure& measure : run.test.measures) {
    figures.emplace_back(measure.text(), tweed::detail::text("test ", measure.name));
  }
  if (run.test.samples > 0) figures.emplace_back(fixed(run.test.loss, 4), "test loss");
  figures.emplace_back(grouped(std::ssize(run.history.steps)), "steps");
  if (run.log.has_steps()) {
    const double seconds = run.log.median_step_seconds();
    figures.emplace_back(step_time(seconds, seconds, seconds < 0.01 ? 2 : 1), "a step");
  }
  figures.emplace_back(grouped(run.parameters), "parameters");
  return figures;
}

/// What the program says, and what is known besides, once each.
[[gnu::cold]] inline NamedTexts all_settings(const FinishedRun& run) {
  NamedTexts all;
  const auto add = [&](const std::string& name, const std::string& value) {
    const bool is_there = std::ranges::any_of(
        all, [&](const auto& other) { return spoken(other.first) == spoken(name); });
    if (!is_there) all.emplace_back(spoken(name), value);
  };
  for (const auto& [name, value] : run.settings) add(name, value);
  add("steps", grouped(run.facts.steps));
  for (const auto& [name, value] : run.facts.settings) add(name, value);
  add("threads", std::to_string(run.facts.threads));
  if (run.log.has_steps()) {
    add("speed", tweed::detail::text(grouped(std::llround(run.log.counted_per_second())), " ",
                                     run.facts.counted, "/s"));
  }
  add("processor", processor_name());
  add("compiler", compiler_name());
  add("tweed", std::string(version));
  return all;
}

}  // namespace detail

/// How it was trained, and on what.
[[gnu::cold]] inline Section settings_section(const FinishedRun& run) {
  std::string html;
  for (const auto& [name, value] : detail::all_settings(run)) {
    html += html_definition(name == "tweed" ? name : detail::capitalized(name), value);
  }
  return {
      .heading = "Settings and machine",
      .about = "The same settings give the same network to the bit, with any number of threads.",
      .html = html_element("dl", "", html)};
}

/// The report of a run, with these sections about its model between results and settings.
[[gnu::cold]] inline Report report_on(const FinishedRun& run, const std::vector<Advice>& advice,
                                      std::vector<Section> about_model) {
  Report report{.title = run.title,
                .headline = headline_of(run),
                .lead = summary_of(run),
                .figures = detail::figures_of(run)};
  report.add(advice_section(advice));
  report.add(curves_section(run.history));
  report.add(variants_section(run.test, run.variants));
  report.add(examples_section(run.test));
  report.add(numbers_section(run.test));
  report.add(confusion_section(run.test));
  report.add(classes_section(run.test));
  report.add(mistakes_section(run.test));
  report.add(augmentation_section(run.augmented));
  for (Section& section : about_model) report.add(std::move(section));
  report.add(settings_section(run));
  return report;
}

}  // namespace TWEED_NAMESPACE::reporting
