#pragma once

#include <tweed/core/layer_traits.hpp>

#include <array>
#include <span>

namespace TWEED_NAMESPACE {

/// What a graph runs for.
enum class Mode : unsigned char { inference, training };

/// The most inputs that a layer can have.
inline constexpr std::size_t most_operands = 16;

/// A layer in a graph. Its inputs are `count` neighbours in the graph's list of edges; an edge's
/// place in that list also names its gradient.
struct Node {
  int layer = 0;        ///< which one, in the order of the network
  int first_edge = 0;   ///< of its inputs
  int edge_count = 0;   ///< of its inputs
  int output = 0;       ///< value
  int segment = 0;      ///< that is computed again in the backward pass; 0 for none
  Epilogue epilogue{};  ///< what was folded into it
  int affine = -1;      ///< the layer that `epilogue.normalize` stands for

  constexpr int end_edge() const { return first_edge + edge_count; }
};

/// A network as plain data. Each value is an input, or written by one node; nodes stand in an order
/// in which they can run. It owns nothing.
struct GraphView {
  std::span<const Node> nodes;
  std::span<const int> edges;      ///< values that are read
  std::span<const Shape> shapes;   ///< of values
  std::span<const Traits> traits;  ///< of layers
  std::span<const int> inputs;     ///< values
  std::span<const int> outputs;    ///< values

  constexpr int node_count() const { return static_cast<int>(nodes.size()); }
  constexpr int edge_count() const { return static_cast<int>(edges.size()); }
  constexpr int value_count() const { return static_cast<int>(shapes.size()); }

  constexpr const Node& node(int i) const { return nodes[static_cast<std::size_t>(i)]; }
  constexpr int edge(int e) const { return edges[static_cast<std::size_t>(e)]; }
  constexpr const Shape& shape(int value) const { return shapes[static_cast<std::size_t>(value)]; }
  constexpr const Traits& traits_of(const Node& node) const {
    return traits[static_cast<std::size_t>(node.layer)];
  }
  constexpr const Shape& input(std::size_t i = 0) const { return shape(inputs[i]); }
  constexpr const Shape& output(std::size_t i = 0) const { return shape(outputs[i]); }
  constexpr ShapeView input_shapes() const { return {shapes, inputs}; }
  constexpr ShapeView output_shapes() const { return {shapes, outputs}; }
  /// The values that a node reads.
  constexpr std::span<const int> inputs_of(const Node& node) const {
    return {edges.data() + node.first_edge, static_cast<std::size_t>(node.edge_count)};
  }
  /// The shape of a node's first input.
  constexpr const Shape& input_of(const Node& node) const { return shape(edge(node.first_edge)); }
  /// Numbers that training changes.
  constexpr Index parameter_count() const {
    Index count = 0;
    for (const Traits& layer : traits) count += layer.parameter_count;
    return count;
  }
};

/// The shapes of a node's inputs.
class InputShapes {
 public:
  constexpr InputShapes(const GraphView& graph, const Node& node)
      : count_(static_cast<std::size_t>(node.edge_count)) {
    for (std::size_t i = 0; i < count_; ++i) shapes_[i] = graph.shape(graph.inputs_of(node)[i]);
  }
  constexpr operator Shapes() const { return {shapes_.data(), count_}; }

 private:
  std::array<Shape, most_operands> shapes_{};
  std::size_t count_;
};

/// How much room a graph takes.
struct GraphSize {
  int nodes = 0;
  int edges = 0;
  int inputs = 0;
  int outputs = 0;
  int names = 0;

  friend constexpr GraphSize operator+(const GraphSize& a, const GraphSize& b) {
    return {a.nodes + b.nodes, a.edges + b.edges, a.inputs + b.inputs, a.outputs + b.outputs,
            a.names + b.names};
  }
};

/// A graph whose size is known while compiling.
template <GraphSize size>
struct StaticGraph {
  std::array<Node, size.nodes> nodes{};
  std::array<int, size.edges> edges{};
  std::array<Shape, size.nodes + size.inputs> shapes{};
  std::array<Traits, size.nodes> traits{};
  std::array<int, size.inputs> inputs{};
  std::array<int, (size.outputs > 0 ? size.outputs : 1)> outputs{};

  constexpr GraphView view() const { return {nodes, edges, shapes, traits, inputs, outputs}; }
};

}  // namespace TWEED_NAMESPACE
