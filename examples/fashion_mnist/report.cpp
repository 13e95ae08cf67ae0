#include "report.hpp"

#include "chart.hpp"
#include "format.hpp"
#include "html.hpp"
#include "report_sections.hpp"
#include "verdict.hpp"

#include <tweed/core/version.hpp>

#include <algorithm>

namespace fashion_mnist {

namespace {

std::string header(const FinishedRun& run, const Verdict& verdict) {
  std::string figures = html_figure(percent(run.test.accuracy, 2), "test accuracy");
  figures += html_figure(fixed(run.test.loss, 4), "test loss");
  figures += html_figure(grouped(std::ssize(run.history.steps)), "steps");
  if (run.log.has_steps()) {
    figures += html_figure(fixed(1000.0 * run.log.median_step_seconds(), 1) + " ms", "a step");
  }
  figures += html_figure(grouped(FashionCnn::parameter_count), "parameters");
  return html_element("header", "",
                      html_element("p", "over", "Fashion-MNIST, a training run") +
                          html_element("h1", "", html_text(verdict.headline)) +
                          html_element("p", "lead", html_text(verdict.summary)) +
                          html_element("div", "figures", figures));
}

/// A command line that breaks between options only.
std::string command_text(const std::string& options) {
  std::string html = "train ";
  for (std::size_t begin = 0; begin < options.size();) {
    const std::size_t end = std::min(options.find(" --", begin), options.size());
    html += html_element("span", "", html_text(options.substr(begin, end - begin)));
    begin = end + 1;
  }
  return html_element("code", "", html);
}

std::string advice_section(const std::vector<Advice>& advice) {
  std::string html;
  for (const Advice& one : advice) {
    std::string item =
        html_element("h3", "", html_text(one.what)) + html_element("p", "", html_text(one.why));
    if (!one.option.empty()) {
      item += command_text(one.option);
    }
    html += html_element("li", "", item);
  }
  return html_section("What to try next", "", html_element("ul", "advice", html));
}

std::vector<double> column(const History& history, double StepRecord::*member) {
  std::vector<double> values;
  for (const StepRecord& step : history.steps) values.push_back(step.*member);
  return values;
}

Curve training_curve(const History& history, double StepRecord::*member) {
  return smooth_curve("training", column(history, member), history.steps.size());
}

Curve validation_curve(const History& history, double ValidationRecord::*member) {
  Curve curve{.name = "validation", .line = {}, .has_dots = true};
  for (const ValidationRecord& record : history.validations) {
    curve.line.push_back({static_cast<double>(record.step), record.*member});
  }
  return curve;
}

std::string curves_section(const History& history) {
  Chart loss{.title = "Loss",
             .scale = Scale::logarithmic,
             .curves = {training_curve(history, &StepRecord::loss)}};
  Chart accuracy{.title = "Accuracy",
                 .scale = Scale::percent,
                 .curves = {training_curve(history, &StepRecord::accuracy)}};
  if (!history.validations.empty()) {
    loss.curves.push_back(validation_curve(history, &ValidationRecord::loss));
    accuracy.curves.push_back(validation_curve(history, &ValidationRecord::accuracy));
  }
  std::string charts = html_chart(loss) + html_chart(accuracy);
  const auto rates = column(history, &StepRecord::learning_rate);
  if (std::ranges::adjacent_find(rates, std::not_equal_to<>{}) != rates.end()) {
    charts += html_chart({.title = "Learning rate",
                          .curves = {training_curve(history, &StepRecord::learning_rate)}});
  }
  return html_section("How it learned",
                      "Each point is the mean of some batches; the band shows how far single "
                      "batches were from it. Batches are measured before the step that they make, "
                      "with dropout at work.",
                      html_element("div", "charts", charts));
}

}  // namespace

void write_report(const std::filesystem::path& path, const FinishedRun& run) {
  const Verdict verdict = verdict_on(run);
  const std::string body =
      header(run, verdict) + advice_section(verdict.next) + curves_section(run.history) +
      confusion_section(run.test) + classes_section(run.test) + mistakes_section(run) +
      filters_section(run.model) + network_section(run.model) + time_section(run.profile) +
      settings_section(run) +
      html_element("footer", "",
                   "Made by tweed " + std::string(version) + ". This page needs no other file.");
  write_page(path, percent(run.test.accuracy, 1) + " on Fashion-MNIST",
             html_element("main", "", body));
}

}  // namespace fashion_mnist
