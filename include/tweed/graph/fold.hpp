#pragma once

#include <tweed/graph/graph.hpp>

#include <span>
#include <utility>
#include <vector>

/// Neighbouring layers that one kernel can do together become one node. It changes how a network
/// runs, not what it computes.
namespace TWEED_NAMESPACE {

namespace folds {

/// What a training step folds: normalisation needs the statistics of the batch first.
inline constexpr unsigned char in_training = activation | pool;
inline constexpr unsigned char in_inference = activation | pool | any_activation;
/// Prepared models fold a normalisation into the kernel before it.
inline constexpr unsigned char in_prepared = normalize | in_inference;

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

/// A graph after folding: fewer nodes, with the values, layers and tensors of the network.
class FoldedGraph {
 public:
  FoldedGraph() = default;

  /// Folds what `allowed` and the layers' kernels allow.
  [[gnu::cold]] FoldedGraph(const GraphView& graph, unsigned char allowed)
      : graph_(graph), layers_(graph.nodes.size()) {
    const std::vector<int> readers = count_readers();
    std::vector<int> producer(graph.shapes.size(), -1);  // of the nodes that are left
    for (int i = 0; i < graph.node_count(); ++i) {
      const Node& node = graph.node(i);
      const int input = graph.edge(node.first_edge);
      const int into = producer[static_cast<std::size_t>(input)];
      const bool is_chain = node.edge_count == 1 && into >= 0;
      int at = static_cast<int>(nodes_.size());
      if (is_chain && readers[static_cast<std::size_t>(input)] == 1 &&
          takes(nodes_[static_cast<std::size_t>(into)], node, allowed)) {
        at = into;
        fold(nodes_[static_cast<std::size_t>(into)], node);
      } else {
        nodes_.push_back(node);
      }
      producer[static_cast<std::size_t>(node.output)] = at;
      layers_[static_cast<std::size_t>(at)].push_back(node.layer);
    }
    layers_.resize(nodes_.size());
  }

  GraphView view() const {
    GraphView folded = graph_;
    folded.nodes = nodes_;
    return folded;
  }

  /// The layers that node i runs.
  std::span<const int> layers_of(std::size_t i) const { return layers_[i]; }

 private:
  [[gnu::cold]] std::vector<int> count_readers() const {
    std::vector<int> readers(graph_.shapes.size());
    for (const int value : graph_.edges) ++readers[static_cast<std::size_t>(value)];
    for (const int value : graph_.outputs) ++readers[static_cast<std::size_t>(value)];
    return readers;
  }

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
    first.output = second.output;
    switch (folds::last_of(as)) {
      case folds::normalize:
        first.epilogue.normalize = true;
        first.affine = second.layer;
        break;
      case folds::activation:
        first.epilogue.activation = as.activation;
        break;
      default:
        first.epilogue.pool = as.pool;
    }
  }

  GraphView graph_{};
  std::vector<Node> nodes_;
  std::vector<std::vector<int>> layers_;  // of each node
};

}  // namespace TWEED_NAMESPACE
