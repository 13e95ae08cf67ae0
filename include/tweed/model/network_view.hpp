#pragma once

#include <tweed/core/layer_table.hpp>
#include <tweed/core/layer_text.hpp>
#include <tweed/graph/graph.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace TWEED_NAMESPACE {

/// What all networks are when they run, those that are types and those that were built at run time:
/// a graph, and what runs each of its layers. It owns nothing.
template <class T>
struct NetworkView {
  GraphView graph;
  std::span<const BoundLayer<T>> layers;

  const BoundLayer<T>& layer_of(const Node& node) const {
    return layers[static_cast<std::size_t>(node.layer)];
  }
};

/// What summaries, profiles and files look at: a graph, and what tells of each of its layers. It
/// owns nothing.
struct NetworkText {
  GraphView graph;
  std::span<const DescribedLayer> layers;

  const DescribedLayer& layer_of(const Node& node) const {
    return layers[static_cast<std::size_t>(node.layer)];
  }
};

/// "conv2d_2" for each layer: its name, counted from 1 among its like.
inline std::vector<std::string> numbered_layer_names(const GraphView& graph) {
  std::vector<std::string> names;
  std::vector<std::string_view> seen;
  for (const Traits& traits : graph.traits) {
    seen.push_back(traits.name);
    const auto number = std::count(seen.begin(), seen.end(), traits.name);
    names.push_back(std::string(traits.name) + "_" + std::to_string(number));
  }
  return names;
}

/// A name for each value: that of the layer that makes it, "input", or of several "input_1".
inline std::vector<std::string> value_names(const GraphView& graph) {
  std::vector<std::string> names(graph.shapes.size());
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    names[static_cast<std::size_t>(graph.inputs[k])] =
        graph.inputs.size() == 1 ? "input" : "input_" + std::to_string(k + 1);
  }
  const auto layers = numbered_layer_names(graph);
  for (const Node& node : graph.nodes) {
    names[static_cast<std::size_t>(node.output)] = layers[static_cast<std::size_t>(node.layer)];
  }
  return names;
}

}  // namespace TWEED_NAMESPACE
