#pragma once

#include <tweed/core/text.hpp>
#include <tweed/io/strict_json.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/model/layer_from_settings.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What `parse_architecture` does.
class ArchitectureParser {
 public:
  explicit ArchitectureParser(std::string where) : where_{std::move(where)} {}

  AnyNetwork parse(std::string_view text) {
    const auto json = parse_strict_json(where_, text);
    const bool is_network = json.is_object() && json.contains("layers") &&
                            json["layers"].is_array() &&
                            json.contains("input") != json.contains("inputs") &&
                            json.size() == (json.contains("outputs") ? 3 : 2);
    if (!is_network) refuse(R"({"input": [height, width, channels], "layers": [...]})", json);
    try {
      add_inputs(json);
      const auto& layers = json["layers"];
      for (std::size_t i = 0; i < layers.size();) i = add_layers(layers, i);
      if (json.contains("outputs")) {
        for (const auto& name : json["outputs"]) network_.output(value_of(name, "the outputs"));
      }
      network_.check();
      check_names(layers);
      return std::move(network_);
    } catch (const Error& error) {
      const std::string_view what = error.what();
      if (what.starts_with(where_)) throw;
      throw Error(where_ + ": " + error.what());
    }
  }

 private:
  using Json = nlohmann::json;
  using Value = AnyNetwork::Value;

  void add_inputs(const Json& json) {
    if (json.contains("input")) {
      current_ = values_["input"] = network_.input(shape_of(json["input"]));
      return;
    }
    if (!json["inputs"].is_array() || json["inputs"].size() < 2) {
      refuse("several inputs of [height, width, channels]", json["inputs"]);
    }
    for (const auto& shape : json["inputs"]) {
      const auto name = "input_" + std::to_string(values_.size() + 1);
      current_ = values_[name] = network_.input(shape_of(shape));
    }
  }

  /// Adds layer `first`, and those after it that are computed again with it. Returns the next.
  std::size_t add_layers(const Json& layers, std::size_t first) {
    const Index segment = segment_of(layers[first]);
    std::size_t end = first + 1;
    if (segment == 0) {
      add_layer(layers[first]);
      return end;
    }
    while (end < layers.size() && segment_of(layers[end]) == segment) ++end;
    network_.recompute([&] {
      for (std::size_t i = first; i < end; ++i) add_layer(layers[i]);
    });
    return end;
  }

  Index segment_of(const Json& layer) const {
    Index segment = 0;
    if (!layer.is_object() || !layer.contains("recompute")) return segment;
    if (!set(layer["recompute"], segment)) refuse("a number for recompute", layer["recompute"]);
    return segment;
  }

  void add_layer(const Json& json) {
    const AnyLayer layer = layer_of(json);
    const auto name = json["name"].get<std::string>();
    std::vector<Value> operands;
    if (json.contains("inputs")) {
      if (!json["inputs"].is_array()) refuse("a list of names as inputs", json["inputs"]);
      for (const auto& operand : json["inputs"]) {
        operands.push_back(value_of(operand, "layer " + in_quotes(name)));
      }
    } else {
      operands.push_back(current_);
    }
    current_ = network_.add(layer, operands);
    values_[name] = current_;
  }

  Value value_of(const Json& name, const std::string& reader) const {
    if (name.is_string()) {
      const auto found = values_.find(name.get<std::string>());
      if (found != values_.end()) return found->second;
    }
    throw Error(where_ + ": " + reader + " reads " + json_in_message(name) +
                ", which stands nowhere before");
  }

  AnyLayer layer_of(const Json& json) const {
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string() ||
        !json.contains("layer") || !json["layer"].is_string()) {
      refuse("a layer with a name, a type (layer) and its settings", json);
    }
    const auto type = json["layer"].get<std::string>();
    const auto settings = settings_of(json);
    auto read = layer_from_settings<float>(type, settings);
    if (read.layer) return *std::move(read.layer);
    const std::string layer = where_ + ": layer " + in_quotes(json["name"].get<std::string>());
    if (!read.is_known) {
      throw Error(layer + " is of the type " + in_quotes(type) + ", which AnyModel does not know");
    }
    if (read.unsuitable == nullptr) {
      throw Error(layer + " has the setting " + in_quotes(read.unknown->name) +
                  ", which AnyModel does not know");
    }
    throw Error(layer + ": the setting " + in_quotes(read.unsuitable->name) + " is " +
                json_in_message(json[read.unsuitable->name]) + ", which AnyModel cannot take");
  }

  /// What a layer of the file says beside what the network knows of it.
  static Settings settings_of(const Json& json) {
    Settings settings;
    for (const auto& [key, value] : json.items()) {
      if (key == "name" || key == "layer" || key == "inputs" || key == "recompute") continue;
      settings.push_back(setting_of(value));
      settings.back().name = key;
    }
    return settings;
  }

  static Setting setting_of(const Json& json) {
    using Kind = Setting::Kind;
    if (json.is_boolean()) return {.kind = Kind::boolean, .integer = json.get<bool>() ? 1 : 0};
    if (Index number = 0; set(json, number)) return {.kind = Kind::integer, .integer = number};
    if (json.is_number()) return {.kind = Kind::real, .real = json.get<double>()};
    if (json.is_string()) return {.kind = Kind::word, .word = json.get<std::string>()};
    Setting list{.kind = Kind::integers};
    for (const auto& entry : json) {
      Index number = 0;
      if (!json.is_array() || !set(entry, number)) return {.kind = Kind::integers};
      list.integers.push_back(number);
    }
    return list;
  }

  static bool set(const Json& json, Index& number) {
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most) return false;
    number = json.get<Index>();
    return true;
  }

  Shape shape_of(const Json& json) const {
    Shape shape{1, 1, 0};
    if (!json.is_array() || json.size() != 3 || !set(json[0], shape.height) ||
        !set(json[1], shape.width) || !set(json[2], shape.channels)) {
      refuse("an input of [height, width, channels]", json);
    }
    return shape;
  }

  /// A layer's name must be its type with its number: tensors go by it.
  void check_names(const Json& layers) const {
    const auto names = network_.layer_names();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i]["name"] == names[i]) continue;
      throw Error("expected a layer with the name " + in_quotes(names[i]) + ", found " +
                  in_quotes(layers[i]["name"].get<std::string>()));
    }
  }

  [[noreturn]] void refuse(const std::string& expected, const Json& found) const {
    throw Error(where_ + ": expected " + expected + ", found " + json_in_message(found));
  }

  std::string where_;
  AnyNetwork network_;
  std::map<std::string, Value> values_;
  Value current_;
};

TWEED_PREBUILT AnyNetwork parse_architecture(const std::string& where, std::string_view text) {
  return ArchitectureParser(where).parse(text);
}

}  // namespace TWEED_NAMESPACE::detail
