#pragma once

#include <tweed/graph/graph.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::detail {

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

}  // namespace TWEED_NAMESPACE::detail
