#include "compare_page.hpp"

#include "chart.hpp"
#include "format.hpp"
#include "html.hpp"

#include <tweed/core/version.hpp>

#include <algorithm>

namespace fashion_mnist {

namespace {

std::string run_table(const std::vector<ComparedRun>& runs, const ComparedRun& best) {
  std::string head = "<th>run</th>";
  for (const std::string& name : compared_columns()) {
    head += html_element("th", "number", html_text(name));
  }
  std::string rows = html_element("tr", "", head);
  for (const ComparedRun& run : runs) {
    std::string row = html_element("th", "", html_text(run.name));
    for (const std::string& value : compared_values(run)) {
      const std::string text = html_text(value);
      row += html_element("td", "number", &run == &best ? html_element("b", "", text) : text);
    }
    rows += html_element("tr", "", row);
  }
  return html_element("div", "wide", html_element("table", "data", rows));
}

/// One curve a run, over the steps that it took.
Chart chart_of(const std::vector<ComparedRun>& runs, const std::string& title, Scale scale,
               double tweed::StepRecord::*member) {
  Chart chart{.title = title, .scale = scale, .curves = {}};
  std::size_t longest = 0;
  for (const ComparedRun& run : runs) longest = std::max(longest, run.history.steps.size());
  for (const ComparedRun& run : runs) {
    std::vector<double> values;
    for (const tweed::StepRecord& step : run.history.steps) values.push_back(step.*member);
    Curve curve = smooth_curve(run.name, values, longest);
    curve.lower.clear();
    curve.upper.clear();
    chart.curves.push_back(std::move(curve));
  }
  return chart;
}

std::string tenths(const std::optional<double>& number) { return number ? fixed(*number, 1) : "-"; }

std::string headline(const std::vector<ComparedRun>& runs, const ComparedRun& best) {
  if (runs.size() == 1) return best.name + ": " + percent(best.accuracy, 2);
  return best.name + " is ahead with " + percent(best.accuracy, 2);
}

}  // namespace

std::vector<std::string> compared_columns() {
  return {"accuracy", "loss", "steps", "batch", "optimizer", "rate", "seed", "seconds", "ms/step"};
}

std::vector<std::string> compared_values(const ComparedRun& run) {
  return {percent(run.accuracy, 2), fixed(run.loss, 4),  fixed(run.steps, 0),
          fixed(run.batch_size, 0), run.optimizer,       shortest(run.learning_rate),
          fixed(run.seed, 0),       tenths(run.seconds), tenths(run.milliseconds)};
}

void write_compare_page(const std::filesystem::path& path, const std::vector<ComparedRun>& runs) {
  const ComparedRun& best = *std::ranges::max_element(runs, {}, &ComparedRun::accuracy);
  std::string body = html_element(
      "header", "",
      html_element("p", "over", "Fashion-MNIST, runs side by side") +
          html_element("h1", "", html_text(headline(runs, best))) +
          html_element("p", "lead",
                       "Accuracy and loss are those on the test images. Runs that differ in "
                       "nothing but the seed end about half a point apart."));
  body += html_section("The runs", "", run_table(runs, best));
  body += html_section("How they learned", "Each point is the mean of some batches of training.",
                       html_element("div", "charts",
                                    html_chart(chart_of(runs, "Loss", Scale::logarithmic,
                                                        &tweed::StepRecord::loss)) +
                                        html_chart(chart_of(runs, "Accuracy", Scale::percent,
                                                            &tweed::StepRecord::accuracy))));
  body += html_element("footer", "", "Made by tweed " + std::string(tweed::version) + ".");
  write_page(path, "Runs on Fashion-MNIST", html_element("main", "", body));
}

}  // namespace fashion_mnist
