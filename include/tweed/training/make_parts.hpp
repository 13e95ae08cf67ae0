#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/name_pattern.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/layout.hpp>
#include <tweed/optim/optimizer.hpp>
#include <tweed/optim/parameter_group.hpp>
#include <tweed/training/parameter_parts_data.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace TWEED_NAMESPACE::detail {

/// Which layers a group is of: [first, end). Throws Error for a layer that there is not.
struct LayerRange {
  std::size_t first = 0;
  std::size_t end = 0;

  [[gnu::cold]] LayerRange(const char* who, const ParameterGroup& group,
                           const std::vector<std::string>& layers)
      : end(layers.size()) {
    const auto find = [&](const std::string& name) {
      const auto found = std::find(layers.begin(), layers.end(), name);
      if (found != layers.end()) return static_cast<std::size_t>(found - layers.begin());
      throw Error(text(who, ": a group names the layer ", in_quotes(name), "; there are ",
                       list_of(layers)));
    };
    if (!group.from.empty()) first = find(group.from);
    if (!group.to.empty()) end = find(group.to) + 1;
    if (first < end) return;
    throw Error(text(who, ": a group is from ", in_quotes(group.from), " to ", in_quotes(group.to),
                     ", which comes before"));
  }
};

[[gnu::cold]] inline void check_group(const char* who, const ParameterGroup& group) {
  check_option(who, "a group's rate_factor", group.rate_factor.value_or(1.0), {.from = 0});
  check_option(who, "a group's weight_decay", group.weight_decay.value_or(0.0), {.from = 0});
  if (group.rate_factor || group.weight_decay || group.frozen || group.companion) return;
  throw Error(text(who, ": the group of ", in_quotes(group.match),
                   " says nothing; give rate_factor, weight_decay, frozen or companion"));
}

/// What the groups say of each tensor that is trained. Throws Error where one means none.
[[gnu::cold]] inline std::vector<ParameterSettings> settings_of(
    const char* who, std::span<const PlacedTensor> tensors, const std::vector<std::string>& layers,
    std::span<const ParameterGroup> groups) {
  std::vector<std::string> names;
  for (const PlacedTensor& placed : tensors) {
    names.push_back(layers[placed.layer] + '.');
    names.back() += placed.tensor.name;
  }
  std::vector<ParameterSettings> settings(tensors.size());
  for (const ParameterGroup& group : groups) {
    check_group(who, group);
    const LayerRange range(who, group, layers);
    bool is_used = false;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const bool is_within = tensors[i].layer >= range.first && tensors[i].layer < range.end;
      if (!is_within || !matches(group.match, names[i])) continue;
      is_used = true;
      settings[i].rate_factor = group.rate_factor.value_or(settings[i].rate_factor);
      if (group.weight_decay) settings[i].weight_decay = group.weight_decay;
      settings[i].frozen = group.frozen.value_or(settings[i].frozen);
      settings[i].companion = group.companion.value_or(settings[i].companion);
    }
    if (is_used) continue;
    throw Error(text(who, ": no parameter of a group's layers matches ", in_quotes(group.match),
                     "; there are ", list_of(names)));
  }
  return settings;
}

/// A tensor as an optimiser sees it. Kernels are matrices, those of convolutions too: a row for
/// each number that goes into a sum.
inline ParameterPlace place_of(const PlacedTensor& placed, const ParameterPart& part) {
  const Tensor& tensor = placed.tensor;
  const bool is_matrix = !part.settings.companion && tensor.rank > 1 && tensor.fan_in > 0 &&
                         tensor.size() % tensor.fan_in == 0;
  const Index rows = is_matrix ? tensor.fan_in : 1;
  return {placed.offset - part.offset, rows, tensor.size() / rows, is_matrix};
}

/// For each layer, whether it has parameters and all are frozen; nothing where no layer is.
[[gnu::cold]] inline std::vector<char> frozen_layers(
    std::span<const PlacedTensor> tensors, std::size_t layers,
    const std::vector<ParameterSettings>& settings) {
  std::vector<char> frozen(layers, 0);
  std::vector<char> trains(layers, 0);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    (settings[i].frozen ? frozen : trains)[tensors[i].layer] = 1;
  }
  for (std::size_t i = 0; i < layers; ++i) {
    if (trains[i] != 0) frozen[i] = 0;
  }
  const bool is_any = std::any_of(frozen.begin(), frozen.end(), [](char of) { return of != 0; });
  return is_any ? frozen : std::vector<char>();
}

/// What `parts_of` does.
[[gnu::cold]] inline std::shared_ptr<const ParameterParts> make_parts(
    const char* who, const Layout& layout, const GraphView& graph, const ParameterGroups& groups) {
  const auto tensors = layout.trained_tensors();
  const auto settings = settings_of(who, tensors, numbered_layer_names(graph), groups.values());
  const auto is_frozen = [](const ParameterSettings& of) { return of.frozen; };
  if (!settings.empty() && std::all_of(settings.begin(), settings.end(), is_frozen)) {
    throw Error(text(who, ": the groups freeze all parameters, there is nothing to train"));
  }
  ParameterParts all{.parts = {ParameterPart{}},
                     .places = {},
                     .frozen_layers = frozen_layers(tensors, graph.traits.size(), settings)};
  if (!settings.empty()) all.parts[0].settings = settings[0];
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!(settings[i] == all.parts.back().settings)) {
      all.parts.push_back({.offset = tensors[i].offset, .settings = settings[i], .first_place = i});
    }
    ParameterPart& part = all.parts.back();
    const Index end = i + 1 < tensors.size() ? tensors[i + 1].offset : layout.trained_size();
    part.size = end - part.offset;
    ++part.place_count;
    all.places.push_back(place_of(tensors[i], part));
  }
  return std::make_shared<const ParameterParts>(std::move(all));
}

}  // namespace TWEED_NAMESPACE::detail
