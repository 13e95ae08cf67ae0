#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/any_layer.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/resized_shapes.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// What `Sequential` is while compiling, at run time, for numbers of type T: it is built of the
/// same layers, and runs, trains and is saved in the same way.
///
///     AnyNetwork network;
///     const auto image = network.input({32, 32, 3});
///     const auto y = network.add(Conv2DLayer{.filters = 3, .kernel = 3}, {image});
///     network.add(AddLayer{}, {image, y});
///     AnyModel model(network);
///
/// Functions that add throw Error where something does not fit, with the network as it was.
template <class T>
class AnyNetworkOf {
 public:
  /// A value of this network: what an input or a layer gives.
  struct Value {
    int index = 0;
  };

  AnyNetworkOf() = default;

  /// Layers one after another.
  AnyNetworkOf(const Shape& shape, const std::vector<AnyLayerOf<T>>& layers) {
    Value value = input(shape);
    if (layers.empty()) throw Error("network: expected at least one layer, found none");
    for (const auto& layer : layers) value = add(layer, {value});
  }

  /// A further input, of 1 to 2^28 numbers a sample.
  Value input(const Shape& shape) {
    detail::check_value_size(shape, "the input");
    inputs_.push_back(static_cast<int>(shapes_.size()));
    return new_value(shape);
  }

  /// A layer behind the values that it reads.
  Value add(const AnyLayerOf<T>& layer, std::initializer_list<Value> operands) {
    return add(layer, std::span(operands.begin(), operands.size()));
  }
  Value add(const AnyLayerOf<T>& layer, std::span<const Value> operands) {
    const std::string name = detail::text("layer ", nodes_.size() + 1, " (", layer.name(), ")");
    const std::vector<Shape> inputs = shapes_of(name, operands);
    if (operands.empty() || (!layer.is_join() && operands.size() != 1)) {
      throw Error(detail::text("network: ", name, " takes ",
                               layer.is_join() ? "one input or more" : "one input", ", got ",
                               operands.size()));
    }
    const Shape output = detail::checked_output(name, layer.described(), inputs);
    check_weights(name, layer.bound().tensors(inputs[0]));
    nodes_.push_back({.layer = static_cast<int>(nodes_.size()),
                      .first_edge = static_cast<int>(edges_.size()),
                      .edge_count = static_cast<int>(operands.size()),
                      .output = static_cast<int>(shapes_.size()),
                      .segment = segment_});
    for (const Value& operand : operands) edges_.push_back(operand.index);
    traits_.push_back(layer.traits(inputs[0]));
    values_.push_back(layer.value());
    bound_.push_back(layer.bound());
    described_.push_back(layer.described());
    return new_value(output);
  }

  /// Makes a value an output of the network. Without any the last value is.
  void output(Value value) {
    static_cast<void>(shape(value));
    if (!names_outputs_) outputs_.clear();
    names_outputs_ = true;
    outputs_.push_back(value.index);
  }

  /// What `body()` adds is computed again in the backward pass instead of stored, see `Recompute`.
  template <class Body>
  void recompute(const Body& body) {
    const int outer = segment_;
    if (outer == 0) segment_ = ++segments_;
    body();
    segment_ = outer;
  }

  /// This network for inputs of other sizes, with the same weights: what models of both need to
  /// share them. Throws Error, naming the layer, where one does not take what reaches it, or would
  /// have other weights, such as a dense layer behind a `Flatten`.
  AnyNetworkOf resized(const Shape& input) const { return resized(std::span(&input, 1)); }
  AnyNetworkOf resized(std::span<const Shape> inputs) const {
    AnyNetworkOf network = *this;
    network.shapes_ = detail::resized_shapes(text(), inputs);
    return network;
  }

  const Shape& shape(Value value) const {
    if (value.index < 0 || value.index >= std::ssize(shapes_)) {
      throw Error("network: a value of another network was given");
    }
    return shapes_[static_cast<std::size_t>(value.index)];
  }

  NetworkView<T> view() const { return {graph(), bound_}; }
  NetworkText text() const { return {graph(), described_}; }
  GraphView graph() const { return {nodes_, edges_, shapes_, traits_, inputs_, outputs_}; }

  /// "conv2d_1" for each layer.
  std::vector<std::string> layer_names() const { return numbered_layer_names(graph()); }

  /// Throws Error unless the network can run: it has a layer, and somebody reads what each makes.
  void check() const {
    if (nodes_.empty()) throw Error("network: expected at least one layer, found none");
    std::vector<bool> is_read(shapes_.size());
    for (const int value : edges_) is_read[static_cast<std::size_t>(value)] = true;
    for (const int value : outputs_) is_read[static_cast<std::size_t>(value)] = true;
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      if (is_read[static_cast<std::size_t>(inputs_[k])]) continue;
      throw Error(detail::text("network: nobody reads input ", k + 1));
    }
    for (const Node& node : nodes_) {
      if (is_read[static_cast<std::size_t>(node.output)]) continue;
      throw Error(detail::text("network: nobody reads what layer ", node.layer + 1, " (",
                               graph().traits_of(node).name,
                               ") makes; make it an output or leave the layer out"));
    }
  }

 private:
  template <StaticNetwork Net, class U>
  friend AnyNetworkOf<U> any_network();

  Value new_value(const Shape& shape) {
    shapes_.push_back(shape);
    const Value value{static_cast<int>(shapes_.size()) - 1};
    if (!names_outputs_) outputs_ = {value.index};
    return value;
  }

  std::vector<Shape> shapes_of(const std::string& name, std::span<const Value> operands) const {
    if (operands.size() > most_operands) {
      throw Error(detail::text("network: ", name, " has more than ", most_operands, " inputs"));
    }
    std::vector<Shape> inputs;
    for (const Value& operand : operands) inputs.push_back(shape(operand));
    return inputs;
  }

  static void check_weights(const std::string& name, const TensorList& tensors) {
    constexpr Index most = Index{1} << 40;
    for (const Tensor& tensor : tensors) {
      if (detail::checked_product(tensor.dims).value_or(most) < most) continue;
      throw Error("network: the weights of " + name + " are too many");
    }
  }

  std::vector<Node> nodes_;
  std::vector<int> edges_;
  std::vector<int> inputs_;
  std::vector<int> outputs_;
  std::vector<Shape> shapes_;
  std::vector<Traits> traits_;
  std::vector<std::shared_ptr<const void>> values_;  // of layers that are not constants
  std::vector<BoundLayer<T>> bound_;
  std::vector<DescribedLayer> described_;
  bool names_outputs_ = false;
  int segment_ = 0;
  int segments_ = 0;
};

using AnyNetwork = AnyNetworkOf<float>;

/// The network of a `Sequential`, at run time.
template <StaticNetwork Net, class T = float>
AnyNetworkOf<T> any_network() {
  const NetworkHandle<Net> handle;
  const auto view = handle.template view<T>();
  AnyNetworkOf<T> network;
  const auto copy = [](const auto& from, auto& to) { to.assign(from.begin(), from.end()); };
  copy(view.graph.nodes, network.nodes_);
  copy(view.graph.edges, network.edges_);
  copy(view.graph.inputs, network.inputs_);
  copy(view.graph.outputs, network.outputs_);
  copy(view.graph.shapes, network.shapes_);
  copy(view.graph.traits, network.traits_);
  copy(view.layers, network.bound_);
  copy(handle.text().layers, network.described_);
  network.names_outputs_ = true;
  for (const Node& node : view.graph.nodes) {
    network.segments_ = std::max(network.segments_, node.segment);
  }
  return network;
}

#ifdef TWEED_COMPILED
extern template class AnyNetworkOf<float>;
extern template class AnyNetworkOf<double>;
#endif

/// A network that was built at run time: models, and what works with them, share it.
template <class T>
class NetworkHandle<AnyNetworkOf<T>> {
 public:
  /// Throws Error unless the network can run.
  explicit NetworkHandle(AnyNetworkOf<T> network)
      : network_(std::make_shared<const AnyNetworkOf<T>>(std::move(network))) {
    network_->check();
  }

  template <class U>
  NetworkView<U> view() const {
    static_assert(std::is_same_v<T, U>, "AnyNetwork: its models have numbers of its own type");
    return network_->view();
  }
  NetworkText text() const { return network_->text(); }
  NetworkHandle resized(std::span<const Shape> inputs) const {
    return NetworkHandle(network_->resized(inputs));
  }

  friend bool operator==(const NetworkHandle&, const NetworkHandle&) = default;

 private:
  std::shared_ptr<const AnyNetworkOf<T>> network_;
};

/// A model whose network was built at run time, or read from a file.
using AnyModel = Model<AnyNetwork>;

}  // namespace TWEED_NAMESPACE
