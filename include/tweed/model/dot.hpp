#pragma once

#include <tweed/core/text.hpp>
#include <tweed/model/model.hpp>

#include <string>

namespace TWEED_NAMESPACE {

namespace detail {

inline std::string dot_of(const NetworkText& network) {
  const GraphView& graph = network.graph;
  const auto names = value_names(graph);
  const auto name_of = [&](int value) { return names[static_cast<std::size_t>(value)]; };
  std::string dot = "digraph network {\n  node [shape=box];\n";
  for (const int input : graph.inputs) {
    dot += text("  ", name_of(input), " [shape=oval, label=\"", name_of(input), "\\n",
                to_string(graph.shape(input)), "\"];\n");
  }
  for (const Node& node : graph.nodes) {
    const DescribedLayer& layer = network.layer_of(node);
    const std::string description = layer.text->describe(layer.layer);
    dot += text("  ", name_of(node.output), " [label=\"", name_of(node.output), "\\n", description,
                description.empty() ? "" : "\\n", to_string(graph.shape(node.output)), "\"];\n");
    for (const int input : graph.inputs_of(node)) {
      dot += text("  ", name_of(input), " -> ", name_of(node.output), ";\n");
    }
  }
  for (const int output : graph.outputs) {
    dot += text("  ", name_of(output), " [peripheries=2];\n");
  }
  return dot + "}\n";
}

}  // namespace detail

/// A network as a drawing in the language of Graphviz: `dot -Tsvg` makes a picture of it. A box is
/// a layer, with its settings and the shape of what it makes; outputs have a double line.
template <StaticNetwork Net>
std::string to_dot() {
  return detail::dot_of(NetworkHandle<Net>().text());
}

/// The drawing of a model's network.
template <class Net, class T>
std::string to_dot(const Model<Net, T>& model) {
  return detail::dot_of(model.network().text());
}

}  // namespace TWEED_NAMESPACE
