#include "format.hpp"
#include "html.hpp"
#include "report_sections.hpp"
#include "sample_image.hpp"

#include <cmath>

namespace fashion_mnist {

namespace {

/// A cell whose colour grows with `share`, a number in [0, 1]; its root lets rare mistakes show.
std::string coloured_cell(const std::string& name, double share, const std::string& text,
                          const std::string& tip) {
  return "<td class=\"" + name + "\" style=\"--share:" + fixed(std::sqrt(share), 3) +
         "\" title=\"" + html_text(tip) + "\">" + html_text(text) + "</td>";
}

std::string bar(double share) {
  return "<span class=\"bar\"><i style=\"" + css_width(share) + "\"></i></span>";
}

std::string bar_cell(double share) {
  if (std::isnan(share)) return html_element("td", "number", "-");
  return html_element("td", "number", bar(share) + percent(share, 1));
}

}  // namespace

std::string confusion_section(const TestReport& test) {
  std::string head = "<th></th>";
  for (const std::string& name : test.class_names) {
    head += html_element("th", "turned", html_element("span", "", html_text(name)));
  }
  std::string rows = html_element("tr", "", head);
  for (Index label = 0; label < test.classes(); ++label) {
    const auto images = static_cast<double>(test.confusion.of_class(label).samples);
    std::string row = html_element("th", "", html_text(test.class_name(label)));
    for (Index predicted = 0; predicted < test.classes(); ++predicted) {
      const Index count = test.confusion.count(label, predicted);
      row += coloured_cell(label == predicted ? "right" : "wrong",
                           count == 0 ? 0.0 : static_cast<double>(count) / images,
                           count == 0 ? "" : std::to_string(count),
                           test.class_name(label) + " taken for " + test.class_name(predicted) +
                               ": " + std::to_string(count));
    }
    rows += html_element("tr", "", row);
  }
  return html_section("What it mixes up",
                      "A row is what the image shows, a column what it was taken for.",
                      html_element("div", "wide", html_element("table", "confusion", rows)));
}

std::string classes_section(const TestReport& test) {
  std::string rows = html_element(
      "tr", "", "<th>class</th><th>precision</th><th>recall</th><th class=\"number\">images</th>");
  for (Index label = 0; label < test.classes(); ++label) {
    const ClassMetrics metrics = test.confusion.of_class(label);
    rows += html_element("tr", "",
                         html_element("th", "", html_text(test.class_name(label))) +
                             bar_cell(metrics.precision()) + bar_cell(metrics.recall()) +
                             html_element("td", "number", grouped(metrics.samples)));
  }
  return html_section("Class by class",
                      "Precision: how much of what it calls so is so. Recall: how much of what is "
                      "so it finds.",
                      html_element("table", "classes", rows));
}

std::string mistakes_section(const FinishedRun& run) {
  constexpr std::size_t shown = 24;
  std::string html;
  for (const Mistake& mistake : surest_mistakes(run.test_data, run.logits, shown)) {
    const std::string& label = label_name(run.test_data, mistake.image);
    const std::string& predicted = run.test.class_name(mistake.predicted);
    const std::string caption =
        html_element("b", "", html_text(predicted)) +
        html_element("span", "", percent(mistake.probability, 1) + " sure") +
        html_element("span", "", html_text("labelled " + label));
    html += html_element("figure", "",
                         html_image(image_of(run.test_data, mistake.image),
                                    "test image " + std::to_string(mistake.image) + ", " + label) +
                             html_element("figcaption", "", caption));
  }
  if (html.empty()) html = html_element("p", "", "There are none.");
  return html_section("Its surest mistakes",
                      "What it was certain of, and wrong. Some of these labels one could argue "
                      "about.",
                      html_element("div", "mistakes", html));
}

}  // namespace fashion_mnist
