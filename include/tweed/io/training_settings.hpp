#pragma once

#include <tweed/io/architecture.hpp>
#include <tweed/training/fit_options.hpp>

#include <string_view>

/// What a training is, as JSON: what must be the same for a checkpoint to be put into it.
namespace TWEED_NAMESPACE::detail {

/// A loss or an optimiser, {"name": "adam", "learning_rate": 0.001, ...}; null where it does not
/// say what it is.
template <class Part>
OrderedJson part_json(const Part& part) {
  if constexpr (HasSettings<Part> && requires { std::string_view(Part::name); }) {
    OrderedJson json;
    json["name"] = Part::name;
    Settings settings;
    add_settings(settings, part);
    add_settings(json, settings);
    return json;
  } else {
    return nullptr;
  }
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

template <class Training>
OrderedJson training_settings(const Training& training) {
  OrderedJson json;
  training.visit_settings(
      [&](const char* name, const auto& value) { json[name] = json_of(setting_of(value)); });
  json["network"] = architecture_json(training.model().network().text());
  json["loss"] = part_json(training.loss());
  json["optimizer"] = part_json(training.optimizer());
  for (const ParameterGroup& group : training.groups().values()) {
    json["groups"].push_back(group_json(group));
  }
  return json;
}

}  // namespace TWEED_NAMESPACE::detail
