#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/graph/fold.hpp>
#include <tweed/model/preparation.hpp>
#include <tweed/model/program.hpp>

#include <memory>
#include <span>
#include <vector>

namespace TWEED_NAMESPACE::detail {

template <class T>
[[gnu::cold]] Preparation<T>::Preparation(const NetworkView<T>& network, const Layout& layout,
                                          std::span<const T> weights,
                                          const ProgramOptions& options) {
  const Index batch = checked_batch_size("PreparedModel", options.batch_size, network.graph);
  const FoldedGraph folded(network.graph, options.folds);
  const GraphView graph = folded.view();
  std::vector<Index> sizes;
  Index bytes = 0;
  for (const Node& node : graph.nodes) {
    const InputShapes inputs(graph, node);
    const MemoryQuery query{.inputs = inputs, .batch = batch, .epilogue = node.epilogue};
    sizes.push_back(network.layer_of(node).prepared_memory(query).kept);
    bytes += aligned_bytes(sizes.back());
  }
  block_ = Buffer<std::byte>(bytes);

  Index offset = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto to = block_.values().subspan(static_cast<std::size_t>(offset),
                                            static_cast<std::size_t>(sizes[i]));
    offset += aligned_bytes(sizes[i]);
    stages_.push_back(to.empty() ? Prepared{} : Prepared{to, batch});
    const Node& node = graph.nodes[i];
    const BoundLayer<T>& layer = network.layer_of(node);
    if (to.empty() || layer.table->prepare == nullptr) continue;
    Buffer<T> affine;
    std::span<T> factor, addend;
    if (node.epilogue.normalize) {
      const auto channels = static_cast<std::size_t>(graph.shape(node.output).channels);
      affine = Buffer<T>(2 * graph.shape(node.output).channels);
      factor = affine.values().first(channels);
      addend = affine.values().last(channels);
      const auto& normalization = network.layers[static_cast<std::size_t>(node.affine)];
      normalization.table->affine(
          normalization.layer,
          {.parameters = TensorValues<const T>(layout.trained_of(node.affine), weights),
           .state = TensorValues<const T>(layout.state_of(node.affine), weights),
           .factor = factor,
           .offset = addend});
    }
    layer.table->prepare(
        layer.layer, {.input = graph.input_of(node),
                      .batch = batch,
                      .parameters = TensorValues<const T>(layout.trained_of(node.layer), weights),
                      .to = to,
                      .threads = resolve_threads(options.threads),
                      .state = TensorValues<const T>(layout.state_of(node.layer), weights),
                      .epilogue = node.epilogue,
                      .factor = factor,
                      .offset = addend});
  }
}

template <class T>
std::shared_ptr<const Preparation<T>> make_preparation(const NetworkView<T>& network,
                                                       const Layout& layout,
                                                       std::span<const T> weights,
                                                       const ProgramOptions& options) {
  return std::make_shared<const Preparation<T>>(network, layout, weights, options);
}

}  // namespace TWEED_NAMESPACE::detail
