#pragma once

#include <tweed/reporting/html_image.hpp>
#include <tweed/reporting/label_picture.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/reporting/test_result.hpp>

#include <string>

namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// Which colour is which class, or label: masks have a colour behind that of the ground.
[[gnu::cold]] inline std::string colour_legend(const TestResult& result) {
  constexpr std::size_t most = 30;
  if (result.names.empty() || result.names.size() > most) return {};
  const Index first = result.confusion ? 0 : 1;
  std::string html;
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    const Colour colour = class_colour(first + static_cast<Index>(i));
    html += tweed::detail::text("<span style=\"--mark:rgb(", colour[0], " ", colour[1], " ",
                                colour[2], ")\">", html_text(result.names[i]), "</span>");
  }
  return html_element("p", "legend", html);
}

}  // namespace detail

/// Samples with what was wanted and what came, where both are images: the first, and the worst.
[[gnu::cold]] inline Section examples_section(const TestResult& result) {
  if (result.examples.empty()) return {};
  std::string firsts;
  std::string worst;
  for (const Example& example : result.examples) {
    const std::string caption = html_element("span", "", html_text(example.caption)) +
                                html_element("span", "", "truth") +
                                html_element("span", "", "found");
    (example.is_bad ? worst : firsts) += html_element(
        "figure", "",
        html_image(example.input, example.caption) + html_image(example.wanted, "truth") +
            html_image(example.found, "found") + html_element("figcaption", "", caption));
  }
  std::string html = html_element("h3", "", "The first") + html_element("div", "examples", firsts);
  if (!worst.empty()) {
    html += html_element("h3", "", "Furthest off") + html_element("div", "examples", worst);
  }
  return {.heading = "What it makes of images",
          .about = "Images that it was not trained with, the truth, and what it found.",
          .html = detail::colour_legend(result) + html};
}

}  // namespace TWEED_NAMESPACE::reporting
