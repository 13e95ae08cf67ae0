#pragma once

#include <tweed/io/architecture.hpp>
#include <tweed/io/strict_json.hpp>
#include <tweed/model/any_network.hpp>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tweed::detail {

/// Reads what `architecture_of` writes. Throws Error, naming the layer, at anything else.
class ArchitectureParser {
 public:
  explicit ArchitectureParser(std::string where) : where_{std::move(where)} {}

  AnyNetwork parse(std::string_view text) {
    const auto json = parse_strict_json(where_, text);
    if (!json.is_object() || json.size() != 2 || !json.contains("input") ||
        !json.contains("layers") || !json["layers"].is_array()) {
      refuse(R"({"input": [height, width, channels], "layers": [...]})", json);
    }
    const Shape input = shape_of(json["input"]);
    std::vector<AnyLayer> layers;
    for (const auto& layer : json["layers"]) layers.push_back(layer_of(layer));
    try {
      AnyNetwork network(input, std::move(layers));
      check_names(network, json["layers"]);
      return network;
    } catch (const Error& error) {
      throw Error(where_ + ": " + error.what());
    }
  }

 private:
  using Json = nlohmann::json;

  AnyLayer layer_of(const Json& json) const {
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string() ||
        !json.contains("layer") || !json["layer"].is_string()) {
      refuse("a layer with a name, a type (layer) and its settings", json);
    }
    const auto type = json["layer"].get<std::string>();
    std::optional<AnyLayer> found;
    [&]<class... Layers>(std::type_identity<std::variant<Layers...>>) {
      ((type == Layers::name ? void(found = read<Layers>(json)) : void()), ...);
    }(std::type_identity<AnyLayer>{});
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
    std::set<std::string, std::less<>> known{"name", "layer"};
    const auto take = [&](const char* name, auto& value) {
      known.insert(name);
      if (!json.contains(name)) return;
      read_value(json[name], value, json["name"].get<std::string>(), name);
    };
    std::remove_cvref_t<decltype(layer.settings)>::visit(layer.settings, take);
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
      if (json != Json(json_of(value))) continue;
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
  static void check_names(const AnyNetwork& network, const Json& layers) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i]["name"] == network.layer_names()[i]) continue;
      throw Error("expected a layer with the name " + in_quotes(network.layer_names()[i]) +
                  ", found " + in_quotes(layers[i]["name"].get<std::string>()));
    }
  }

  [[noreturn]] void refuse(const std::string& expected, const Json& found) const {
    throw Error(where_ + ": expected " + expected + ", found " + json_in_message(found));
  }

  std::string where_;
};

}  // namespace tweed::detail
