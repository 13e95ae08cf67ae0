#pragma once

#include <tweed/core/text.hpp>
#include <tweed/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace TWEED_NAMESPACE::detail {

/// Where an element of an array is, for a message: by its name, if it has one, or its number.
inline std::string element_in_message(const std::string& array, const nlohmann::json& element,
                                      std::size_t number) {
  const bool has_name = element.is_object() && element.contains("name");
  return array + '.' + (has_name ? element["name"].get<std::string>() : std::to_string(number));
}

/// The first difference between a document of our own and one from a file, "expected batch_size 6,
/// found 5"; empty if there is none. `at` is where both stand in larger ones.
inline std::string first_difference(const nlohmann::json& expected, const nlohmann::json& found,
                                    const std::string& at = "") {
  if (expected == found) return {};
  if (expected.is_object() && found.is_object()) {
    const std::string prefix = at.empty() ? "" : at + '.';
    for (const auto& [key, value] : expected.items()) {
      if (!found.contains(key)) return "expected " + prefix + key + ", found none";
      const auto difference = first_difference(value, found[key], prefix + key);
      if (!difference.empty()) return difference;
    }
    for (const auto& [key, value] : found.items()) {
      if (!expected.contains(key)) return "expected no " + prefix + in_quotes(key);
    }
  }
  if (expected.is_array() && found.is_array() && !expected.empty() && expected[0].is_object()) {
    for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
      const auto difference =
          first_difference(expected[i], found[i], element_in_message(at, expected[i], i));
      if (!difference.empty()) return difference;
    }
    return "expected " + std::to_string(expected.size()) + " in " + at + ", found " +
           std::to_string(found.size());
  }
  return "expected " + at + ' ' + json_in_message(expected) + ", found " + json_in_message(found);
}

}  // namespace TWEED_NAMESPACE::detail
