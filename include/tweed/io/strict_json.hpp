#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// A JSON document that came from a file: at most 1 MiB long and 8 levels deep, no key twice in an
/// object. Throws Error, which begins with `where`, at anything else.
inline nlohmann::json parse_strict_json(const std::string& where, std::string_view text) {
  constexpr std::size_t longest = std::size_t{1} << 20;
  constexpr int deepest = 8;
  if (text.size() > longest) {
    throw Error(where + ": expected at most " + std::to_string(longest) + " bytes of JSON, found " +
                std::to_string(text.size()));
  }
  std::vector<std::set<std::string>> keys;
  using Event = nlohmann::json::parse_event_t;
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (depth > deepest) throw Error(where + ": the JSON is nested too deeply");
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(where + ": found the key " + in_quotes(parsed.get<std::string>()) + " twice");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::parse_error& error) {
    throw Error(where + ": at byte " + std::to_string(error.byte) + ": this is not valid JSON");
  } catch (const nlohmann::json::out_of_range&) {
    throw Error(where + ": a number is too large");
  }
}

/// A value's JSON for a one-line message.
inline std::string json_in_message(const nlohmann::json& value) {
  const std::string text = value.dump(-1, ' ', true);
  constexpr std::size_t longest = 64;
  return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

}  // namespace TWEED_NAMESPACE::detail
