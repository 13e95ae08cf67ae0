#include "format.hpp"
#include "html.hpp"
#include "machine.hpp"
#include "report_sections.hpp"

#include <tweed/core/version.hpp>
#include <tweed/model/svg.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace fashion_mnist {

namespace {

using Colour = std::array<double, 3>;

/// From blue for -1 over white to red for 1.
void add_colour(double value, std::vector<std::uint8_t>& pixels) {
  constexpr Colour white{250, 247, 242};
  constexpr Colour red{178, 64, 38};
  constexpr Colour blue{36, 92, 138};
  const Colour& end = value < 0 ? blue : red;
  const double share = std::min(std::abs(value), 1.0);
  for (std::size_t c = 0; c < 3; ++c) {
    pixels.push_back(
        static_cast<std::uint8_t>(std::lround(white[c] + share * (end[c] - white[c]))));
  }
}

/// Filter `f` of a kernel [kh,kw,1,filters], its largest weight in the strongest colour.
Image filter_image(const NamedTensor<const float>& kernel, Index f) {
  const Index filters = kernel.dims[3];
  Image image{{kernel.dims[0], kernel.dims[1], 3}, {}};
  std::vector<double> weights;
  for (Index i = 0; i < kernel.dims[0] * kernel.dims[1]; ++i) {
    weights.push_back(kernel.values[static_cast<std::size_t>(i * filters + f)]);
  }
  const auto size = [](double weight) { return std::abs(weight); };
  const double largest = std::max(size(std::ranges::max(weights, {}, size)), 1e-12);
  for (const double weight : weights) add_colour(weight / largest, image.pixels);
  return image;
}

std::string milliseconds(double seconds) { return fixed(1000.0 * seconds, 2) + " ms"; }

/// One part of a step: its name, and its time as a part of the longest part's.
struct Part {
  std::string name;
  std::string about;
  double forward = 0.0;  ///< seconds
  double backward = 0.0;

  double seconds() const { return forward + backward; }
};

std::vector<Part> parts_of(const StepProfile& profile) {
  std::vector<Part> parts;
  for (const StageProfile& stage : profile.stages) {
    parts.push_back({stage.name, stage.description, stage.forward.median, stage.backward.median});
  }
  parts.push_back({"loss", "", profile.loss.median, 0.0});
  parts.push_back({"optimizer", "", 0.0, profile.optimizer.median});
  return parts;
}

std::string stripe(const std::string& name, double share, const std::string& tip) {
  return "<i class=\"" + name + "\" style=\"" + css_width(share) + "\" title=\"" + html_text(tip) +
         "\"></i>";
}

std::string row_of(const Part& part, double longest, double whole) {
  std::string name = html_text(part.name);
  if (!part.about.empty()) name += html_element("small", "", html_text(part.about));
  const std::string bar =
      stripe("c0", part.forward / longest, "forward: " + milliseconds(part.forward)) +
      stripe("c1", part.backward / longest, "backward: " + milliseconds(part.backward));
  return html_element("tr", "",
                      html_element("th", "", name) +
                          html_element("td", "", html_element("span", "stripes", bar)) +
                          html_element("td", "number", milliseconds(part.seconds())) +
                          html_element("td", "number", percent(part.seconds() / whole, 0)));
}

std::string definition(const std::string& name, const std::string& value) {
  return html_element(
      "div", "",
      html_element("dt", "", html_text(name)) + html_element("dd", "", html_text(value)));
}

/// Those that are not as they are by default.
std::string further_settings(const Train& command) {
  std::string html;
  if (command.schedule != Schedule::constant) {
    html += definition("Schedule", std::string(name_of(command.schedule)));
  }
  if (command.weight_decay > 0) html += definition("Weight decay", shortest(command.weight_decay));
  if (command.label_smoothing > 0) {
    html += definition("Label smoothing", shortest(command.label_smoothing));
  }
  if (command.clip_norm > 0) html += definition("Longest gradient", shortest(command.clip_norm));
  if (command.shift || command.flip) {
    html += definition("Images", std::string(command.shift ? "moved" : "") +
                                     (command.shift && command.flip ? " and " : "") +
                                     (command.flip ? "mirrored" : "") + " at random");
  }
  if (command.validation_split > 0) {
    html += definition("Set aside to validate", percent(command.validation_split, 0));
  }
  if (command.early_stopping) {
    html += definition("Early stopping", "after " + std::to_string(*command.early_stopping) +
                                             " epochs without progress");
  }
  return html;
}

}  // namespace

std::string filters_section(const Model<FashionCnn>& model) {
  const auto kernel = model.tensors().front();
  std::string html;
  for (Index f = 0; f < kernel.dims[3]; ++f) {
    html += html_image(filter_image(kernel, f),
                       "filter " + std::to_string(f + 1) + " of the first layer");
  }
  return html_section(
      "What the first layer looks for",
      "Its 32 filters of 5x5 weights. Red weights want light there, blue ones "
      "want dark: pairs of stripes find edges, spots find texture. Each filter has its own scale.",
      html_element("div", "filters", html));
}

std::string network_section(const Model<FashionCnn>& model) {
  return html_section("The network",
                      "Each box is a layer, with its settings and the height, width and channels "
                      "of what it makes of an image.",
                      html_element("div", "network", to_svg(model)));
}

std::string time_section(const StepProfile& profile) {
  const std::vector<Part> parts = parts_of(profile);
  const double longest = std::max(std::ranges::max(parts, {}, &Part::seconds).seconds(), 1e-12);
  std::string rows;
  for (const Part& part : parts) {
    rows += row_of(part, longest, std::max(profile.whole.median, 1e-12));
  }
  const std::string legend =
      html_element("span", "c0", "forward") + html_element("span", "c1", "backward and update");
  return html_section("Where the time goes",
                      "A step of " + grouped(profile.batch_size) + " images, timed " +
                          std::to_string(profile.rounds) +
                          " times after training: " + milliseconds(profile.whole.median) +
                          " in the median. Layers in one row run as one.",
                      html_element("p", "legend", legend) + html_element("table", "time", rows));
}

std::string settings_section(const FinishedRun& run) {
  const Train& command = run.command;
  std::string optimizer = command.optimizer == Optimizer::adam ? "Adam" : "gradient descent";
  if (command.optimizer == Optimizer::sgd) optimizer += ", momentum " + shortest(sgd_momentum);
  std::string html = definition(
      "Steps", grouped(command.steps) + " of " + grouped(command.batch_size) + " images");
  html += definition("Optimiser", optimizer);
  html += definition("Learning rate", shortest(command.chosen_learning_rate()));
  html += further_settings(command);
  html += definition("Seed", std::to_string(command.seed));
  html += definition("Threads", std::to_string(resolve_threads(command.threads)));
  if (run.log.seconds() > 0) {
    html += definition("Speed", grouped(std::llround(run.log.images_per_second())) + " images/s");
  }
  html += definition("Processor", processor_name());
  html += definition("Compiler", compiler_name());
  html += definition("tweed", std::string(version));
  return html_section("Settings and machine",
                      "The same settings give the same network to the bit, with any number of "
                      "threads.",
                      html_element("dl", "", html));
}

}  // namespace fashion_mnist
