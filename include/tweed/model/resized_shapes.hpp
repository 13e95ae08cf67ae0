#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/network_view.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

/// Networks whose inputs get other sizes, with the weights that there are.
namespace TWEED_NAMESPACE::detail {

/// Throws Error unless a value can have that shape.
[[gnu::cold]] inline void check_value_size(const Shape& shape, const std::string& what) {
  constexpr Index most = Index{1} << 28;
  const std::array dims{shape.height, shape.width, shape.channels};
  const auto size = checked_product(dims);
  if (std::ranges::min(dims) < 1 || !size || *size > most) {
    throw Error(text("network: ", what, " has the shape ", dims_text(dims),
                     "; expected 1 to 2^28 numbers"));
  }
}

/// What a layer makes of its inputs. Throws Error, in its name, where it does not take them.
[[gnu::cold]] inline Shape checked_output(const std::string& name, const DescribedLayer& layer,
                                          Shapes inputs) {
  const FitAnswer answer = layer.fit(inputs);
  if (!answer.why_not.empty()) {
    std::string got;
    for (const Shape& shape : inputs) {
      got += got.empty() ? "" : " and ";
      got += to_string(shape);
    }
    throw Error(text("network: ", name, " cannot take ", got, ": ", answer.why_not));
  }
  check_value_size(answer.output, "the output of " + name);
  return answer.output;
}

/// Throws Error unless a layer has the same tensors for both inputs.
[[gnu::cold]] inline void check_tensors_stay(const std::string& name, const DescribedLayer& layer,
                                             const Shape& before, const Shape& after) {
  const TensorList had = layer.tensors(before);
  const TensorList wants = layer.tensors(after);
  for (const Tensor *a = had.begin(), *b = wants.begin(); a != had.end(); ++a, ++b) {
    if (a->dims == b->dims) continue;
    const auto dims_of = [](const Tensor& tensor) {
      return dims_text(std::span(tensor.dims).first(static_cast<std::size_t>(tensor.rank)));
    };
    throw Error(text("network: ", name, " cannot take ", to_string(after), " instead of ",
                     to_string(before), ": its ", a->name, " would be ", dims_of(*b),
                     " instead of ", dims_of(*a),
                     after.is_vector() ? "; a global pool before it makes it fit any size" : ""));
  }
}

/// The shapes of all values of a network whose inputs have these shapes. Throws Error, naming the
/// layer, where one does not take what reaches it, or would have other tensors.
[[gnu::cold]] inline std::vector<Shape> resized_shapes(const NetworkText& network,
                                                       std::span<const Shape> inputs) {
  const GraphView& graph = network.graph;
  if (inputs.size() != graph.inputs.size()) {
    throw Error(text("network: it has ", graph.inputs.size(), " inputs, got the shapes of ",
                     inputs.size()));
  }
  std::vector<Shape> shapes(graph.shapes.begin(), graph.shapes.end());
  GraphView resized = graph;
  resized.shapes = shapes;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check_value_size(inputs[k], "the input");
    shapes[static_cast<std::size_t>(graph.inputs[k])] = inputs[k];
  }
  for (const Node& node : graph.nodes) {
    const DescribedLayer& layer = network.layer_of(node);
    const std::string name = text("layer ", node.layer + 1, " (", graph.traits_of(node).name, ")");
    const Shape output = checked_output(name, layer, InputShapes(resized, node));
    check_tensors_stay(name, layer, graph.input_of(node), resized.input_of(node));
    shapes[static_cast<std::size_t>(node.output)] = output;
  }
  return shapes;
}

}  // namespace TWEED_NAMESPACE::detail
