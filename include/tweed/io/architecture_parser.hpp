#pragma once

#include <tweed/io/architecture.hpp>
#include <tweed/io/strict_json.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/model/any_network.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// Reads what `architecture_of` writes. Throws Error, naming the layer, at anything else.
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
    std::optional<AnyLayer> found;
    [&]<class... L>(std::type_identity<std::tuple<L...>>) {
      ((type == L::name ? void(found = AnyLayer(read<L>(json))) : void()), ...);
    }(std::type_identity<Layers>{});
    if (!found) {
      throw Error(where_ + ": layer " + in_quotes(json["name"].get<std::string>()) +
                  " is of the type " + in_quotes(type) + ", which AnyModel does not know");
    }
    return *std::move(found);
  }

  /// A setting that the file does not have keeps its default: files of earlier versions lack those
  /// that were added since.
  template <class L>
  L read(const Json& json) const {
    L layer;
    std::set<std::string, std::less<>> known{"name", "layer", "inputs", "recompute"};
    const auto take = [&](const char* name, auto& value, const auto&...) {
      known.insert(name);
      if (!json.contains(name)) return;
      read_value(json[name], value, json["name"].get<std::string>(), name);
    };
    L::visit(layer, take);
    for (const auto& [key, value] : json.items()) {
      if (known.contains(key)) continue;
      throw Error(where_ + ": layer " + in_quotes(json["name"].get<std::string>()) +
                  " has the setting " + in_quotes(key) + ", which AnyModel does not know");
    }
    return layer;
  }

  template <class Value>
  void read_value(const Json& json, Value& value, const std::string& layer,
                  std::string_view setting) const {
    if (set(json, value)) return;
    throw Error(where_ + ": layer " + in_quotes(layer) + ": the setting " + in_quotes(setting) +
                " is " + json_in_message(json) + ", which AnyModel cannot take");
  }

  static bool set(const Json& json, bool& yes) {
    if (!json.is_boolean()) return false;
    yes = json.get<bool>();
    return true;
  }
  static bool set(const Json& json, Index& number) {
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most) return false;
    number = json.get<Index>();
    return true;
  }
  static bool set(const Json& json, double& number) {
    if (!json.is_number()) return false;
    number = json.get<double>();
    return true;
  }
  template <class Pair>
  requires std::is_same_v<Pair, Window> || std::is_same_v<Pair, Stride> ||
      std::is_same_v<Pair, Dilation>
  static bool set(const Json& json, Pair& pair) {
    return json.is_array() && json.size() == 2 && set(json[0], pair.height) &&
           set(json[1], pair.width);
  }
  /// A word, the one that is written for one of the values.
  template <class Word>
  static bool set_word(const Json& json, Word& word, std::initializer_list<Word> values) {
    for (const Word value : values) {
      if (json != Json(json_of(setting_of(value)))) continue;
      word = value;
      return true;
    }
    return false;
  }
  static bool set(const Json& json, Padding& padding) {
    if (json.is_array() && json.size() == 4) {
      auto& [rows, columns] = padding = Padding::valid;
      return set(json[0], rows.before) && set(json[1], rows.after) &&
             set(json[2], columns.before) && set(json[3], columns.after);
    }
    return set_word(json, padding, {Padding::same, Padding::valid});
  }
  static bool set(const Json& json, Interpolation& interpolation) {
    return set_word(json, interpolation, {Interpolation::nearest, Interpolation::bilinear});
  }
  /// Algorithms come and go with versions; one that is gone leaves the choice to this version.
  static bool set(const Json& json, Algorithm& algorithm) {
    if (!json.is_string()) return false;
    algorithm = algorithm_named(json.get<std::string>()).value_or(Algorithm::automatic);
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

}  // namespace TWEED_NAMESPACE::detail
