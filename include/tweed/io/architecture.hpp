#pragma once

#include <tweed/core/layer_text.hpp>
#include <tweed/model/model.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a network is, as JSON: its input shape and its layers in order, each with its settings.
namespace TWEED_NAMESPACE::detail {

using OrderedJson = nlohmann::ordered_json;

inline OrderedJson json_of(const Setting& setting) {
  switch (setting.kind) {
    case Setting::Kind::boolean:
      return setting.integer != 0;
    case Setting::Kind::integer:
      return setting.integer;
    case Setting::Kind::natural:
      return static_cast<std::uint64_t>(setting.integer);
    case Setting::Kind::real:
      return setting.real;
    case Setting::Kind::word:
      return setting.word;
    default:
      return setting.integers;
  }
}
inline OrderedJson json_of(const Shape& s) { return {s.height, s.width, s.channels}; }

/// Adds each setting by its name.
inline void add_settings(OrderedJson& json, const Settings& settings) {
  for (const Setting& setting : settings) json[setting.name] = json_of(setting);
}

/// Whether a node reads the layer before alone, or is the first and reads the only input: then a
/// file need not say so.
inline bool reads_the_one_before(const GraphView& graph, const Node& node) {
  const auto inputs = graph.inputs_of(node);
  if (inputs.size() != 1) return false;
  if (&node == graph.nodes.data()) return graph.inputs.size() == 1;
  return inputs[0] == (&node - 1)->output;
}

/// Whether a network is layers one after another, without state: what versions before 3 of the
/// format can say.
inline bool is_plain_chain(const GraphView& graph) {
  const bool is_chain = std::ranges::all_of(graph.nodes, [&](const Node& node) {
    return reads_the_one_before(graph, node) && node.segment == 0;
  });
  const bool has_state =
      std::ranges::any_of(graph.traits, [](const Traits& traits) { return traits.commits; });
  return is_chain && !has_state && graph.inputs.size() == 1 && graph.outputs.size() == 1 &&
         graph.outputs[0] + 1 == graph.value_count();
}

/// {"name": "conv2d_1", "layer": "conv2d", "filters": 32, ...}, with what the layer reads where
/// that is not the value before; or its description where it states no settings.
inline OrderedJson layer_json(const NetworkText& network, const Node& node,
                              const std::vector<std::string>& names) {
  const GraphView& graph = network.graph;
  const DescribedLayer& layer = network.layers[static_cast<std::size_t>(node.layer)];
  OrderedJson json{{"name", names[static_cast<std::size_t>(node.output)]},
                   {"layer", graph.traits_of(node).name}};
  if (!reads_the_one_before(graph, node)) {
    json["inputs"] = OrderedJson::array();
    for (const int value : graph.inputs_of(node)) {
      json["inputs"].push_back(names[static_cast<std::size_t>(value)]);
    }
  }
  if (node.segment > 0) json["recompute"] = node.segment;
  if (Settings settings; layer.text->settings(layer.layer, settings)) {
    add_settings(json, settings);
  } else if (const auto description = layer.text->describe(layer.layer); !description.empty()) {
    json["description"] = description;
  }
  return json;
}

inline OrderedJson architecture_json(const NetworkText& network) {
  const GraphView& graph = network.graph;
  const auto names = value_names(graph);
  OrderedJson json;
  if (graph.inputs.size() == 1) {
    json["input"] = json_of(graph.input());
  } else {
    for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
      json["inputs"].push_back(json_of(graph.input(k)));
    }
  }
  json["layers"] = OrderedJson::array();
  for (const Node& node : graph.nodes) json["layers"].push_back(layer_json(network, node, names));
  if (graph.outputs.size() != 1 || graph.outputs[0] + 1 != graph.value_count()) {
    for (const int value : graph.outputs) {
      json["outputs"].push_back(names[static_cast<std::size_t>(value)]);
    }
  }
  return json;
}

}  // namespace TWEED_NAMESPACE::detail

namespace TWEED_NAMESPACE {

/// A model's network as JSON, or nothing where a layer does not state its settings.
template <class Net, class T>
std::optional<std::string> architecture_of(const Model<Net, T>& model) {
  const NetworkText network = model.network().text();
  Settings all;
  const bool is_stated = std::ranges::all_of(network.layers, [&](const DescribedLayer& layer) {
    return layer.text->settings(layer.layer, all);
  });
  if (!is_stated) return {};
  return detail::architecture_json(network).dump();
}

}  // namespace TWEED_NAMESPACE
