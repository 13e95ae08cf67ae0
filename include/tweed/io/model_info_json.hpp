#pragma once

#include <tweed/core/error.hpp>
#include <tweed/io/model_info.hpp>
#include <tweed/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE::detail {

TWEED_PREBUILT std::string preprocessing_text(const Preprocessing& preprocessing) {
  return nlohmann::json{{"scale", preprocessing.scale}}.dump();
}

TWEED_PREBUILT std::string class_names_text(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump();
}

TWEED_PREBUILT Preprocessing parse_preprocessing(const std::string& where, std::string_view text) {
  const auto json = parse_strict_json(where, text);
  const bool has_scale = json.is_object() && json.contains("scale") && json["scale"].is_number();
  if (!has_scale || json.size() != 1 || !is_scale(json["scale"].get<double>())) {
    throw Error(where + ": expected {\"scale\": number}, found " + json_in_message(json));
  }
  return {.scale = json["scale"].get<double>()};
}

TWEED_PREBUILT std::vector<std::string> parse_class_names(const std::string& where,
                                                          std::string_view text) {
  const auto json = parse_strict_json(where, text);
  const bool all_texts = json.is_array() && std::ranges::all_of(json, [](const auto& name) {
                           return name.is_string();
                         });
  if (!all_texts) {
    throw Error(where + ": expected a list of texts, found " + json_in_message(json));
  }
  return json.get<std::vector<std::string>>();
}

}  // namespace TWEED_NAMESPACE::detail
