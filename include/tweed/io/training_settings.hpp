#pragma once

#include <tweed/core/settings.hpp>
#include <tweed/model/network_view.hpp>
#include <tweed/training/fit_options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace TWEED_NAMESPACE::detail {

/// A loss or an optimiser as files name it.
struct PartSettings {
  std::string name = {};
  Settings settings = {};
};

/// What a training is: what must be the same for a checkpoint to be put into it.
struct TrainingSettings {
  Settings options;
  NetworkText network;
  std::optional<PartSettings> loss;       ///< none where it does not say what it is
  std::optional<PartSettings> optimizer;  ///< none where it does not say what it is
  ParameterGroups groups;
};

template <class Part>
[[gnu::cold]] std::optional<PartSettings> part_settings(const Part& part) {
  if constexpr (HasSettings<Part> && requires { std::string_view(Part::name); }) {
    PartSettings found{.name = std::string(std::string_view(Part::name))};
    add_settings(found.settings, part);
    return found;
  } else {
    return {};
  }
}

template <class Training>
[[gnu::cold]] TrainingSettings training_settings(const Training& training) {
  Settings options;
  training.visit_settings([&](const char* name, const auto& value) {
    options.push_back(setting_of(value));
    options.back().name = name;
  });
  return {.options = options,
          .network = training.model().network().text(),
          .loss = part_settings(training.loss()),
          .optimizer = part_settings(training.optimizer()),
          .groups = training.options().groups};
}

/// The settings as JSON.
TWEED_PREBUILT std::string settings_text(const TrainingSettings& settings);

/// The first difference between settings of our own and those in a file, "expected batch_size 6,
/// found 5"; empty if there is none. With `any_image_size` the heights and widths of the network's
/// inputs may differ. Throws Error, beginning with `where`, where what was found is no JSON.
TWEED_PREBUILT std::string settings_difference(const std::string& where,
                                               const std::string& expected,
                                               const std::string& found, bool any_image_size);

}  // namespace TWEED_NAMESPACE::detail
