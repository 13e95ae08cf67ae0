#pragma once

#include <tweed/reporting/augmented_images.hpp>
#include <tweed/reporting/html_image.hpp>
#include <tweed/reporting/report.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// Training images as they are, each in a row with what augmentation makes of it. Empty where there
/// are none.
[[gnu::cold]] inline Section augmentation_section(const std::vector<AugmentedImage>& images) {
  if (images.empty()) return {};
  std::string html =
      html_element("span", "", "as it is") + html_element("span", "rest", "as training may get it");
  for (const AugmentedImage& image : images) {
    const std::string name = tweed::detail::text("training image ", image.sample);
    html += html_image(image.before, name);
    for (const Image& after : image.after) html += html_image(after, name + ", changed");
  }
  return {.heading = "What it trains with",
          .about =
              "Augmentation changes each image at random whenever its turn comes, so that it is "
              "hardly ever the same twice. Images that are tested are not changed.",
          .html = html_element("div", "augmented", html)};
}

}  // namespace TWEED_NAMESPACE::reporting
