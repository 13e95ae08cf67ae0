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

TWEED_PREBUILT std::string settings_text(const TrainingSettings& settings) {
  OrderedJson json;
  add_settings(json, settings.options);
  json["network"] = architecture_json(settings.network);
  json["loss"] = json_of(settings.loss);
  json["optimizer"] = json_of(settings.optimizer);
  return json.dump();
}

TWEED_PREBUILT std::string settings_difference(const std::string& where,
                                               const std::string& expected,
                                               const std::string& found) {
  return first_difference(parse_strict_json(where, expected), parse_strict_json(where, found));
}

}  // namespace TWEED_NAMESPACE::detail
