#pragma once

#include <tweed/layers/convolution_settings.hpp>
#include <tweed/model/model.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

/// What a network is, as JSON: its input shape and its layers in order, each with its settings.
namespace tweed::detail {

using OrderedJson = nlohmann::ordered_json;

template <std::same_as<bool> Bool>
OrderedJson json_of(Bool yes) {
  return yes;
}
inline OrderedJson json_of(Index number) { return number; }
inline OrderedJson json_of(std::uint64_t number) { return number; }
inline OrderedJson json_of(double number) { return number; }
inline OrderedJson json_of(const Window& w) { return {w.height, w.width}; }
inline OrderedJson json_of(const Stride& s) { return {s.height, s.width}; }
inline OrderedJson json_of(const Dilation& d) { return {d.height, d.width}; }
inline OrderedJson json_of(const Shape& s) { return {s.height, s.width, s.channels}; }
inline OrderedJson json_of(Algorithm algorithm) { return name(algorithm); }
inline OrderedJson json_of(const Padding& padding) {
  if (padding == Padding::same || padding == Padding::valid) return to_string(padding);
  const auto& [rows, columns] = padding;
  return {rows.before, rows.after, columns.before, columns.after};
}

/// Adds each setting by its name.
template <class Settings>
void add_settings(OrderedJson& json, const Settings& settings) {
  Settings::visit(settings,
                  [&](const char* name, const auto& value) { json[name] = json_of(value); });
}

/// {"name": "conv2d_1", "layer": "conv2d", "filters": 32, ...}
template <class Settings>
OrderedJson layer_json(const std::string& numbered_name, std::string_view layer,
                       const Settings& settings) {
  OrderedJson json{{"name", numbered_name}, {"layer", layer}};
  add_settings(json, settings);
  return json;
}

template <class L>
concept HasSettings = requires {
  L::settings;
};

/// What a file says of a layer whose type is known: its settings, or its description where it has
/// none.
template <class L>
OrderedJson layer_json(const std::string& numbered_name) {
  if constexpr (HasSettings<L>) {
    return layer_json(numbered_name, L::name, L::settings);
  } else {
    OrderedJson json{{"name", numbered_name}, {"layer", L::name}};
    if constexpr (requires { L::describe(); }) json["description"] = L::describe();
    return json;
  }
}

/// Whether all layers of a network have settings.
template <class Net>
inline constexpr bool has_architecture =
    []<class... Layers>(std::type_identity<std::tuple<Layers...>>) {
      return (HasSettings<Layers> && ...);
    }(std::type_identity<typename Net::Layers>{});

template <class Net>
OrderedJson layers_json() {
  OrderedJson layers = OrderedJson::array();
  const auto names = numbered_layer_names<Net>();
  [&]<class... Layers>(std::type_identity<std::tuple<Layers...>>) {
    (layers.push_back(layer_json<Layers>(names[layers.size()])), ...);
  }(std::type_identity<typename Net::Layers>{});
  return layers;
}

inline OrderedJson architecture_json(const Shape& input, OrderedJson layers) {
  return {{"input", json_of(input)}, {"layers", std::move(layers)}};
}

}  // namespace tweed::detail

namespace tweed {

/// A model's network as JSON, or nothing where a layer does not state its settings.
template <class Net, class T>
std::optional<std::string> architecture_of(const Model<Net, T>&) {
  if constexpr (detail::has_architecture<Net>) {
    return detail::architecture_json(Net::input, detail::layers_json<Net>()).dump();
  } else {
    return {};
  }
}

}  // namespace tweed
