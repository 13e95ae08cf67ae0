#include <tweed/core/text.hpp>
#include <tweed/model/layer_from_settings.hpp>
#include <support/built_at_run_time.hpp>

#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace tests {

namespace {

using namespace tweed;

/// The layers of the named networks; all that there are would take long to compile.
using LayersOfNamedNetworks =
    std::tuple<AddLayer, AveragePoolLayer, BatchNormLayer, ChannelShuffleLayer, ChannelSliceLayer,
               ConcatLayer, Conv2DLayer, DenseLayer, DepthwiseConv2DLayer, DropoutLayer,
               DropPathLayer, Flatten, GELU, GlobalAveragePool, HardSigmoidLayer, HardSwish,
               LayerNormLayer, LayerScaleLayer, MaxPoolLayer, MultiplyLayer, ReLU, ReLU6, Sigmoid,
               SiLU, Tanh, UpsampleLayer>;

template <class T>
AnyLayerOf<T> layer_of(const DescribedLayer& described, std::string_view name, Dropouts dropouts) {
  Settings settings;
  described.text->settings(described.layer, settings);
  for (Setting& setting : settings) {
    if (dropouts == Dropouts::off && setting.name == "rate") setting.real = 0.0;
  }
  std::optional<AnyLayerOf<T>> layer;
  [&]<class... L>(std::type_identity<std::tuple<L...>>) {
    ((name == L::name ? void(layer = detail::read_layer<T, L>(settings).layer) : void()), ...);
  }(std::type_identity<LayersOfNamedNetworks>{});
  if (!layer) throw Error(detail::text("none of the named networks has a ", name));
  return *std::move(layer);
}

}  // namespace

template <class T>
AnyNetworkOf<T> built_at_run_time(const NetworkText& text, Dropouts dropouts) {
  const GraphView& graph = text.graph;
  AnyNetworkOf<T> network;
  using Value = typename AnyNetworkOf<T>::Value;
  std::vector<Value> values(graph.shapes.size());
  const auto value = [&](int i) -> Value& { return values[static_cast<std::size_t>(i)]; };
  for (const int input : graph.inputs) value(input) = network.input(graph.shape(input));
  for (const Node& node : graph.nodes) {
    const auto& described = text.layers[static_cast<std::size_t>(node.layer)];
    std::vector<Value> operands;
    for (const int operand : graph.inputs_of(node)) operands.push_back(value(operand));
    value(node.output) =
        network.add(layer_of<T>(described, graph.traits_of(node).name, dropouts), operands);
  }
  for (const int output : graph.outputs) network.output(value(output));
  return network;
}

template AnyNetworkOf<float> built_at_run_time(const NetworkText&, Dropouts);
template AnyNetworkOf<double> built_at_run_time(const NetworkText&, Dropouts);

}  // namespace tests
