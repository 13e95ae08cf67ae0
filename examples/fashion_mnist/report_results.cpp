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

std::string bar_cell(const std::optional<double>& share) {
  if (!share) return html_element("td", "number", "-");
  return html_element("td", "number", bar(*share) + percent(*share, 1));
}

}  // namespace

std::string confusion_section(const TestReport& test) {
  std::string head = "<th></th>";
  for (const ClassResult& result : test.classes) {
    head += html_element("th", "turned", html_element("span", "", html_text(result.name)));
  }
  std::string rows = html_element("tr", "", head);
  for (std::size_t label = 0; label < test.classes.size(); ++label) {
    const ClassResult& result = test.classes[label];
    std::string row = html_element("th", "", html_text(result.name));
    for (std::size_t predicted = 0; predicted < test.classes.size(); ++predicted) {
      const Index taken = test.taken(label, predicted);
      const double share = result.images == 0
                               ? 0.0
                               : static_cast<double>(taken) / static_cast<double>(result.images);
      row += coloured_cell(label == predicted ? "right" : "wrong", share,
                           taken == 0 ? "" : std::to_string(taken),
                           result.name + " taken for " + test.classes[predicted].name + ": " +
                               std::to_string(taken));
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
  for (const ClassResult& result : test.classes) {
    rows += html_element("tr", "",
                         html_element("th", "", html_text(result.name)) +
                             bar_cell(result.precision()) + bar_cell(result.recall()) +
                             html_element("td", "number", grouped(result.images)));
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
    const std::string& predicted = run.test_data.class_names[mistake.predicted];
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
