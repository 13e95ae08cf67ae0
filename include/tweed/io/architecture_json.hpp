#pragma once

#include <tweed/core/settings.hpp>
#include <tweed/io/chain.hpp>
#include <tweed/model/network_view.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

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

/// {"name": "conv2d_1", "layer": "conv2d", "filters": 32, ...}, with what the layer reads where
/// that is not the value before; or its description where it states no settings.
inline OrderedJson layer_json(const NetworkText& network, const Node& node,
                              const std::vector<std::string>& names) {
  const GraphView& graph = network.graph;
  const DescribedLayer& layer = network.layer_of(node);
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

TWEED_PREBUILT std::string architecture_text(const NetworkText& network) {
  return architecture_json(network).dump();
}

}  // namespace TWEED_NAMESPACE::detail
