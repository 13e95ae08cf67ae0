#include "chart.hpp"
#include "format.hpp"
#include "html.hpp"
#include "ladder.hpp"
#include "machine.hpp"

#include <tweed/core/version.hpp>

namespace fashion_mnist {

namespace {

std::string number_cell(const std::string& text) {
  return html_element("td", "number", html_text(text));
}

std::string stage_table(std::span<const LadderOutcome> outcomes) {
  std::string rows = html_element("tr", "",
                                  "<th>stage</th><th class=\"number\">here</th>"
                                  "<th class=\"number\">PyTorch</th><th class=\"number\">article"
                                  "</th><th class=\"number\">training</th>");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const LadderStage& stage = outcomes[i].stage;
    const double runs = static_cast<double>(outcomes[i].results.size());
    rows += html_element(
        "tr", "",
        html_element("th", "", std::to_string(i + 1) + ". " + html_text(stage.name)) +
            html_element(
                "td", "number",
                html_element("b", "", html_text(percent(outcomes[i].mean_accuracy(), 1)))) +
            number_cell(percent(stage.pytorch, 1)) + number_cell(stage.article_text) +
            number_cell(fixed(outcomes[i].seconds() / runs, 1) + " s"));
  }
  return html_element("table", "data", rows);
}

Chart stage_chart(std::span<const LadderOutcome> outcomes) {
  Chart chart{.title = "Test accuracy, stage by stage",
              .x_name = "stage",
              .scale = Scale::percent,
              .curves = {{.name = "here", .line = {}, .has_dots = true},
                         {.name = "PyTorch", .line = {}, .has_dots = true},
                         {.name = "article", .line = {}, .has_dots = true}}};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto x = static_cast<double>(i + 1);
    chart.curves[0].line.push_back({x, outcomes[i].mean_accuracy()});
    chart.curves[1].line.push_back({x, outcomes[i].stage.pytorch});
    chart.curves[2].line.push_back({x, outcomes[i].stage.article});
  }
  return chart;
}

Chart training_chart(std::span<const LadderOutcome> outcomes) {
  Chart chart{.title = "Training accuracy", .scale = Scale::percent, .curves = {}};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    std::vector<double> accuracy;
    for (const tweed::StepRecord& step : outcomes[i].results.front().history.steps) {
      accuracy.push_back(step.accuracy);
    }
    Curve curve = smooth_curve("stage " + std::to_string(i + 1), accuracy, 1500);
    curve.lower.clear();
    curve.upper.clear();
    chart.curves.push_back(std::move(curve));
  }
  return chart;
}

}  // namespace

void write_ladder_page(const std::filesystem::path& path, std::span<const LadderOutcome> outcomes,
                       const std::string& remark) {
  const std::size_t seeds = outcomes.front().results.size();
  const std::string headline = "From " + percent(outcomes.front().mean_accuracy(), 1) + " to " +
                               percent(outcomes.back().mean_accuracy(), 1) + " in five stages";
  const std::string lead =
      "The way of an article from a first network for Fashion-MNIST to 90 %, one change at a time. "
      "Accuracies are those on the 10,000 test images, here " +
      (seeds == 1 ? std::string("of one seed")
                  : "as means of " + std::to_string(seeds) + " seeds") +
      ", for PyTorch as means of two.";
  std::string body = html_element("header", "",
                                  html_element("p", "over", "Fashion-MNIST, the ladder") +
                                      html_element("h1", "", html_text(headline)) +
                                      html_element("p", "lead", html_text(lead)));
  body += html_section("The stages",
                       "Each keeps what the one before it changed. Batches of 100 images, a "
                       "learning rate of 0.001, and from the start a dropout of 0.4 before the "
                       "last layer.",
                       stage_table(outcomes));
  body += html_section(
      "Where this and the article differ", remark,
      html_element("div", "charts",
                   html_chart(stage_chart(outcomes)) + html_chart(training_chart(outcomes))));
  body += html_element("footer", "",
                       html_text("Made by tweed " + std::string(tweed::version) + " on " +
                                 processor_name() + ", " + compiler_name() + "."));
  write_page(path, "The ladder to 90 % on Fashion-MNIST", html_element("main", "", body));
}

}  // namespace fashion_mnist
