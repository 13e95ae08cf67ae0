#pragma once

#include <tweed/io/architecture_json.hpp>
#include <tweed/io/json_difference.hpp>
#include <tweed/io/strict_json.hpp>
#include <tweed/io/training_settings.hpp>

#include <optional>
#include <string>

namespace TWEED_NAMESPACE::detail {

/// {"name": "adam", "learning_rate": 0.001, ...}, or null.
inline OrderedJson json_of(const std::optional<PartSettings>& part) {
  if (!part) return nullptr;
  OrderedJson json{{"name", part->name}};
  add_settings(json, part->settings);
  return json;
}

/// What a group of parameters says, and nothing that it leaves out.
inline OrderedJson group_json(const ParameterGroup& group) {
  OrderedJson json{{"match", group.match}};
  if (!group.from.empty()) json["from"] = group.from;
  if (!group.to.empty()) json["to"] = group.to;
  if (group.rate_factor) json["rate_factor"] = *group.rate_factor;
  if (group.weight_decay) json["weight_decay"] = *group.weight_decay;
  if (group.frozen) json["frozen"] = *group.frozen;
  if (group.companion) json["companion"] = *group.companion;
  return json;
}

TWEED_PREBUILT std::string settings_text(const TrainingSettings& settings) {
  OrderedJson json;
  add_settings(json, settings.options);
  json["network"] = architecture_json(settings.network);
  json["loss"] = json_of(settings.loss);
  json["optimizer"] = json_of(settings.optimizer);
  for (const ParameterGroup& group : settings.groups.values())
    json["groups"].push_back(group_json(group));
  return json.dump();
}

/// Takes height and width out of the shape [h,w,c] of an input, or of each of several.
inline void forget_image_sizes(nlohmann::json& inputs) {
  if (!inputs.is_array()) return;
  if (inputs.size() == 3 && inputs[0].is_number()) {
    inputs[0] = inputs[1] = nullptr;
  } else {
    for (nlohmann::json& input : inputs) {
      if (input.is_array()) forget_image_sizes(input);
    }
  }
}

TWEED_PREBUILT std::string settings_difference(const std::string& where,
                                               const std::string& expected,
                                               const std::string& found, bool any_image_size) {
  nlohmann::json ours = parse_strict_json(where, expected);
  nlohmann::json theirs = parse_strict_json(where, found);
  for (nlohmann::json* json : {&ours, &theirs}) {
    if (!any_image_size || !json->contains("network")) continue;
    nlohmann::json& network = (*json)["network"];
    for (const char* inputs : {"input", "inputs"}) {
      if (network.contains(inputs)) forget_image_sizes(network[inputs]);
    }
  }
  return first_difference(ours, theirs);
}

}  // namespace TWEED_NAMESPACE::detail
