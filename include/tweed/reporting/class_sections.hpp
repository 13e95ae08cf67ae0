#pragma once

#include <tweed/reporting/html_image.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_result.hpp>

#include <algorithm>
#include <cmath>
#include <string>

/// Sections about classes, or labels of which a sample may have several. Each is empty where the
/// result has none.
namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// A cell whose colour grows with `share`, a number in [0, 1]; its root lets rare mistakes show.
[[gnu::cold]] inline std::string coloured_cell(const char* name, double share,
                                               const std::string& text, const std::string& tip) {
  return tweed::detail::text("<td class=\"", name,
                             "\" style=\"--share:", fixed(std::sqrt(share), 3), "\" title=\"",
                             html_text(tip), "\">", html_text(text), "</td>");
}

[[gnu::cold]] inline std::string bar_cell(double share) {
  if (std::isnan(share)) return html_element("td", "number", "-");
  const std::string bar =
      tweed::detail::text("<span class=\"bar\"><i style=\"", css_width(share), "\"></i></span>");
  return html_element("td", "number", bar + html_text(percent(share, 1)));
}

inline const std::string& name_of(const TestResult& result, Index label) {
  return result.names[static_cast<std::size_t>(label)];
}

}  // namespace detail

/// Which classes were taken for which; for at most 30 classes.
[[gnu::cold]] inline Section confusion_section(const TestResult& result) {
  constexpr std::size_t most = 30;
  const auto seen = result.seen_classes();
  if (!result.confusion || seen.size() > most) return {};
  std::string head = "<th></th>";
  for (const std::size_t i : seen) {
    head += html_element("th", "turned", html_element("span", "", html_text(result.names[i])));
  }
  std::string rows = html_element("tr", "", head);
  for (const std::size_t label : seen) {
    const auto all = static_cast<double>(result.classes[label].samples);
    std::string row = html_element("th", "", html_text(result.names[label]));
    for (const std::size_t predicted : seen) {
      const Index count =
          result.confusion->count(static_cast<Index>(label), static_cast<Index>(predicted));
      const double share = count == 0 ? 0.0 : static_cast<double>(count) / all;
      std::string text = count == 0 ? "" : std::to_string(count);
      if (result.counts_pixels && count > 0) text = percent(share, share < 0.1 ? 1 : 0);
      row +=
          detail::coloured_cell(label == predicted ? "right" : "wrong", share, text,
                                tweed::detail::text(result.names[label], " taken for ",
                                                    result.names[predicted], ": ", grouped(count)));
    }
    rows += html_element("tr", "", row);
  }
  return {.heading = "What it mixes up",
          .about = result.counts_pixels
                       ? "A row is what pixels show, a column what they were taken for."
                       : "A row is what the sample is, a column what it was taken for.",
          .html = html_element("div", "wide", html_element("table", "confusion", rows))};
}

/// Precision and recall of each class, the intersection over union where pixels were counted; for
/// at most 100 classes.
[[gnu::cold]] inline Section classes_section(const TestResult& result) {
  constexpr std::size_t most = 100;
  const auto seen = result.seen_classes();
  if (seen.empty() || seen.size() > most) return {};
  const bool with_iou = result.counts_pixels;
  std::string head = "<th>class</th><th>precision</th><th>recall</th>";
  if (with_iou) head += "<th class=\"number\">IoU</th>";
  head += html_element("th", "number", with_iou ? "pixels" : html_text(result.called));
  std::string rows = html_element("tr", "", head);
  for (const std::size_t i : seen) {
    const ClassMetrics& found = result.classes[i];
    std::string row = html_element("th", "", html_text(result.names[i]));
    row += detail::bar_cell(found.precision()) + detail::bar_cell(found.recall());
    if (with_iou) {
      const double iou = found.iou();
      row += html_element("td", "number", std::isnan(iou) ? "-" : html_text(percent(iou, 1)));
    }
    row += html_element("td", "number", grouped(found.samples));
    rows += html_element("tr", "", row);
  }
  std::string about =
      "Precision: how much of what it calls so is so. Recall: how much of what is so it finds.";
  if (with_iou) {
    about += " IoU, intersection over union: how much of what is so or is called so is both.";
  }
  return {.heading = "Class by class",
          .about = about,
          .html = html_element("div", "wide", html_element("table", "classes", rows))};
}

/// The samples that were taken for something else with the greatest certainty, with the two
/// likeliest classes.
[[gnu::cold]] inline Section mistakes_section(const TestResult& result) {
  if (!result.confusion || result.counts_pixels) return {};
  std::string html;
  for (const Mistake& mistake : result.mistakes) {
    const std::string& label = detail::name_of(result, mistake.label);
    std::string caption;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string guess = tweed::detail::text(detail::name_of(result, mistake.likeliest[i]),
                                                    " ", percent(mistake.probabilities[i], 1));
      caption += html_element(i == 0 ? "b" : "span", "", html_text(guess));
    }
    caption += html_element("span", "", html_text(tweed::detail::text("labelled ", label)));
    const std::string name = tweed::detail::text("sample ", mistake.sample);
    const bool is_image = !mistake.image.pixels.empty();
    const std::string picture = is_image ? html_image(mistake.image, name + ", " + label)
                                         : html_element("p", "", html_text(name));
    html += html_element("figure", "", picture + html_element("figcaption", "", caption));
  }
  if (html.empty()) html = html_element("p", "", "There are none.");
  return {.heading = "Its surest mistakes",
          .about =
              "What it was certain of, and wrong, with its two likeliest answers. Some of "
              "these labels one could argue about.",
          .html = html_element("div", "mistakes", html)};
}

}  // namespace TWEED_NAMESPACE::reporting
