#pragma once

#include <tweed/graph/graph.hpp>

#include <vector>

namespace TWEED_NAMESPACE {

namespace folds {

/// Whether a layer's backward pass finds what it needs, with `epilogue` folded into it and now `as`
/// too: a pool's taps tell what a ReLU let pass, but of other activations it wants all results; and
/// a layer whose gradients are dy itself does not run.
constexpr bool can_train(const Traits& layer, const Epilogue& epilogue, const Epilogue& as) {
  if (!as.pool.is_none()) return !epilogue.activation.is_other();
  if (as.activation.is_none()) return true;
  return !layer.passes_gradient &&
         (as.activation.known_by_output || (layer.takes & any_activation) != 0);
}

}  // namespace folds

/// A graph after folding: neighbouring layers that one kernel can do together are one node. There
/// are fewer nodes, with the values, layers and tensors of the network. It changes how a network
/// runs, not what it computes.
class FoldedGraph {
 public:
  /// Folds what `allowed` and the layers' kernels allow.
  [[gnu::cold]] FoldedGraph(const GraphView& graph, unsigned char allowed)
      : graph_(graph), node_of_layer_(graph.traits.size()) {
    std::vector<int> readers(graph.shapes.size());
    for (const int value : graph.edges) ++readers[static_cast<std::size_t>(value)];
    for (const int value : graph.outputs) ++readers[static_cast<std::size_t>(value)];
    std::vector<int> producer(graph.shapes.size(), -1);  // of the nodes that are left
    for (const Node& node : graph.nodes) {
      const auto input = static_cast<std::size_t>(graph.edge(node.first_edge));
      int at = node.edge_count == 1 && readers[input] == 1 ? producer[input] : -1;
      if (at >= 0 && takes(nodes_[static_cast<std::size_t>(at)], node, allowed)) {
        fold(nodes_[static_cast<std::size_t>(at)], node);
      } else {
        at = static_cast<int>(nodes_.size());
        nodes_.push_back(node);
      }
      producer[static_cast<std::size_t>(node.output)] = at;
      node_of_layer_[static_cast<std::size_t>(node.layer)] = at;
    }
  }

  GraphView view() const {
    GraphView folded = graph_;
    folded.nodes = nodes_;
    return folded;
  }

  /// The layers that a node runs, in order.
  std::vector<int> layers_of(std::size_t node) const {
    std::vector<int> layers;
    for (int layer = 0; layer < std::ssize(node_of_layer_); ++layer) {
      const int runs_in = node_of_layer_[static_cast<std::size_t>(layer)];
      if (runs_in == static_cast<int>(node)) layers.push_back(layer);
    }
    return layers;
  }

 private:
  bool takes(const Node& first, const Node& second, unsigned char allowed) const {
    const Epilogue& as = graph_.traits_of(second).as_epilogue;
    const Traits& traits = graph_.traits_of(first);
    const unsigned char fold = folds::last_of(as);
    return (fold & allowed & traits.takes) != 0 && fold > folds::last_of(first.epilogue) &&
           first.segment == second.segment &&
           ((allowed & folds::any_activation) != 0 || folds::can_train(traits, first.epilogue, as));
  }

  void fold(Node& first, const Node& second) const {
    const Epilogue& as = graph_.traits_of(second).as_epilogue;
    const unsigned char fold = folds::last_of(as);
    first.output = second.output;
    if (fold == folds::normalize) {
      first.epilogue.normalize = true;
      first.affine = second.layer;
    } else if (fold == folds::activation) {
      first.epilogue.activation = as.activation;
    } else {
      first.epilogue.pool = as.pool;
    }
  }

  GraphView graph_;
  std::vector<Node> nodes_;
  std::vector<int> node_of_layer_;
};

}  // namespace TWEED_NAMESPACE
