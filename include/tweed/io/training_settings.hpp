#pragma once

#include <tweed/io/architecture.hpp>

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

template <class Training>
OrderedJson training_settings(const Training& training) {
  OrderedJson json;
  training.visit_settings(
      [&](const char* name, const auto& value) { json[name] = json_of(setting_of(value)); });
  json["network"] = architecture_json(training.model().network().text());
  json["loss"] = part_json(training.loss());
  json["optimizer"] = part_json(training.optimizer());
  return json;
}

}  // namespace TWEED_NAMESPACE::detail
