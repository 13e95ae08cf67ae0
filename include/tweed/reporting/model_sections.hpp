#pragma once

#include <tweed/core/text.hpp>
#include <tweed/model/svg.hpp>
#include <tweed/reporting/html_image.hpp>
#include <tweed/reporting/model_facts.hpp>
#include <tweed/reporting/report.hpp>
#include <tweed/training/profile.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Sections about a network. Each is empty where there is nothing of the kind.
namespace TWEED_NAMESPACE::reporting {

namespace detail {

/// From blue for -1 over white to red for 1.
[[gnu::cold]] inline void add_signed_colour(double value, std::vector<std::uint8_t>& pixels) {
  constexpr std::array<double, 3> white{250, 247, 242};
  constexpr std::array<double, 3> red{178, 64, 38};
  constexpr std::array<double, 3> blue{36, 92, 138};
  const auto& end = value < 0 ? blue : red;
  const double share = std::min(std::abs(value), 1.0);
  for (std::size_t c = 0; c < 3; ++c) {
    const double mixed = white[c] + share * (end[c] - white[c]);
    pixels.push_back(static_cast<std::uint8_t>(std::lround(mixed)));
  }
}

/// Filter `f`, its largest weight in the strongest colour: of three channels as the colours that it
/// looks for, where 0 is grey.
[[gnu::cold]] inline Image filter_image(const FirstKernel& kernel, Index f) {
  Image image{{kernel.dims[0], kernel.dims[1], 3}, {}};
  std::vector<double> weights;
  for (Index i = 0; i < kernel.dims[0] * kernel.dims[1] * kernel.channels(); ++i) {
    const auto at = static_cast<std::size_t>(i * kernel.filters() + f);
    weights.push_back(std::isfinite(kernel.values[at]) ? double{kernel.values[at]} : 0.0);
  }
  const auto size = [](double weight) { return std::abs(weight); };
  const double largest = std::max(size(std::ranges::max(weights, {}, size)), 1e-12);
  for (const double weight : weights) {
    const double share = weight / largest;
    if (kernel.channels() == 1) {
      add_signed_colour(share, image.pixels);
    } else {
      image.pixels.push_back(static_cast<std::uint8_t>(std::lround(127.5 + 127.5 * share)));
    }
  }
  return image;
}

/// One part of a step.
struct StepPart {
  std::string name;
  std::string about;
  double forward = 0.0;  ///< seconds
  double backward = 0.0;

  double seconds() const { return forward + backward; }
};

[[gnu::cold]] inline std::vector<StepPart> parts_of(const StepProfile& profile) {
  std::vector<StepPart> parts;
  for (const StageProfile& stage : profile.stages) {
    parts.push_back({stage.name, stage.description, stage.forward.median, stage.backward.median});
  }
  parts.push_back({"loss", "", profile.loss.median, 0.0});
  parts.push_back({"optimizer", "", 0.0, profile.optimizer.median});
  return parts;
}

[[gnu::cold]] inline std::string stripe(const char* name, double share, const std::string& tip) {
  return tweed::detail::text("<i class=\"", name, "\" style=\"", css_width(share), "\" title=\"",
                             html_text(tip), "\"></i>");
}

[[gnu::cold]] inline std::string row_of(const StepPart& part, double longest, double whole) {
  std::string name = html_text(part.name);
  if (!part.about.empty()) name += html_element("small", "", html_text(part.about));
  const std::string bar =
      stripe("c0", part.forward / longest, "forward: " + step_time(part.forward, whole)) +
      stripe("c1", part.backward / longest, "backward: " + step_time(part.backward, whole));
  return html_element(
      "tr", "",
      html_element("th", "", name) + html_element("td", "", html_element("span", "stripes", bar)) +
          html_element("td", "number", step_time(part.seconds(), whole)) +
          html_element("td", "number", html_text(percent(part.seconds() / whole, 0))));
}

}  // namespace detail

/// The filters of the first convolution, if there is one of one input channel or three.
[[gnu::cold]] inline Section filters_section(const FirstKernel& kernel) {
  constexpr Index most = 64;
  if (kernel.values.empty()) return {};
  std::string html;
  for (Index f = 0; f < std::min(kernel.filters(), most); ++f) {
    html += html_image(detail::filter_image(kernel, f),
                       tweed::detail::text("filter ", f + 1, " of the first convolution"));
  }
  std::string about = tweed::detail::text(kernel.filters() > most ? "The first 64 of its " : "Its ",
                                          kernel.filters(), " filters of ", kernel.dims[0], "x",
                                          kernel.dims[1], " weights. ");
  about += kernel.channels() == 1
               ? "Red weights want light there, blue ones want dark: pairs of stripes find edges, "
                 "spots find texture."
               : "Each looks for its own colours; grey does not matter.";
  return {.heading = "What the first convolution looks for",
          .about = about + " Each filter has its own scale.",
          .html = html_element("div", "filters", html)};
}

template <class Net, class T>
Section filters_section(const Model<Net, T>& model) {
  return filters_section(first_kernel_of(model));
}

/// Its layers, drawn.
[[gnu::cold]] inline Section network_section(const NetworkText& network) {
  const std::string drawing = tweed::detail::SvgDrawing(network).text();
  return {.heading = "The network",
          .about =
              "Each box is a layer: its name, its settings, such as filters or units, and the "
              "height, width and channels of what it makes of a sample.",
          .html = html_element("div", "network", drawing)};
}
template <class Net, class T>
Section network_section(const Model<Net, T>& model) {
  return network_section(model.network().text());
}

/// What each part of a step takes.
[[gnu::cold]] inline Section time_section(const StepProfile& profile, const std::string& called) {
  if (profile.stages.empty()) return {};
  const auto parts = detail::parts_of(profile);
  const double longest =
      std::max(std::ranges::max(parts, {}, &detail::StepPart::seconds).seconds(), 1e-12);
  std::string rows;
  for (const auto& part : parts) {
    rows += detail::row_of(part, longest, std::max(profile.whole.median, 1e-12));
  }
  const std::string legend =
      html_element("span", "c0", "forward") + html_element("span", "c1", "backward and update");
  return {.heading = "Where the time goes",
          .about = tweed::detail::text(
              "A step of ", grouped(profile.batch_size), " ", called, ", timed ", profile.rounds,
              " times after training: ", step_time(profile.whole.median, profile.whole.median),
              " in the median. Layers in one row run as one."),
          .html = html_element("p", "legend", legend) + html_element("table", "time", rows)};
}

}  // namespace TWEED_NAMESPACE::reporting
