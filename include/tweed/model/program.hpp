#pragma once

#include <tweed/core/option.hpp>
#include <tweed/graph/fold.hpp>
#include <tweed/graph/plan.hpp>
#include <tweed/model/layout.hpp>
#include <tweed/model/program_options.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// `batch_size`, where a machine can have the memory for so many samples. Throws Error otherwise.
inline Index checked_batch_size(const char* owner, Index batch_size, const GraphView& graph) {
  Index largest = 1;
  for (const Shape& shape : graph.shapes) largest = std::max(largest, shape.size());
  const Index most = (Index{1} << 40) / largest;
  check_option(owner, "batch_size", batch_size, {.from = 1, .to = static_cast<double>(most)});
  return batch_size;
}

/// A network made ready to run, in training or in inference: folded, scheduled, and everything
/// given a place in memory, once. How a layer computes a batch it decides when that comes: it may
/// depend on the number of samples.
template <class T>
class Program {
 public:
  [[gnu::cold]] Program(const NetworkView<T>& network, const ProgramOptions& options)
      : network_(network),
        options_(options),
        layout_(network),
        folded_(network.graph, options.folds),
        scratch_bytes_(ask_for_memory()),
        plan_(folded_.view(), options.mode,
              {.batch = options.batch_size,
               .element = sizeof(T),
               .kept = kept_,
               .frozen = options.frozen}) {
    options_.frozen = {};  // it is not ours
  }

  const NetworkView<T>& network() const { return network_; }
  const ProgramOptions& options() const { return options_; }
  bool trains() const { return options_.mode == Mode::training; }
  const Layout& layout() const { return layout_; }
  const FoldedGraph& folded() const { return folded_; }
  GraphView graph() const { return folded_.view(); }
  const Plan& plan() const { return plan_; }

  /// Of the node that needs most.
  Index scratch_bytes() const { return scratch_bytes_; }
  Index kept_bytes(int node) const { return kept_[static_cast<std::size_t>(node)]; }
  /// Elements of the gradients of all parameters.
  Index gradients_size() const { return trains() ? layout_.trained_size() : 0; }
  /// Besides the weights: activations, what layers keep, scratch, and the gradients in training.
  Index bytes() const {
    return plan_.size() + scratch_bytes_ + gradients_size() * Index{sizeof(T)};
  }

 private:
  /// Asks each layer. Returns the largest scratch; what they keep goes into `kept_`.
  [[gnu::cold]] Index ask_for_memory() {
    Index scratch = 0;
    const GraphView graph = folded_.view();
    for (const Node& node : graph.nodes) {
      const InputShapes inputs(graph, node);
      const MemoryQuery query{.inputs = inputs,
                              .batch = options_.batch_size,
                              .threads = options_.threads,
                              .epilogue = node.epilogue,
                              .is_frozen = is_frozen(node)};
      const BoundLayer<T>& layer = network_.layer_of(node);
      const LayerMemory wanted =
          options_.is_prepared ? layer.prepared_memory(query) : layer.memory(query);
      scratch = std::max(scratch, wanted.scratch);
      if (trains()) kept_.push_back(wanted.kept);
    }
    return scratch;
  }

  bool is_frozen(const Node& node) const {
    return !options_.frozen.empty() && options_.frozen[static_cast<std::size_t>(node.layer)] != 0;
  }

  NetworkView<T> network_;
  ProgramOptions options_;
  Layout layout_;
  FoldedGraph folded_;
  std::vector<Index> kept_;  // bytes of each node, in training
  Index scratch_bytes_;
  Plan plan_;
};

template <class T>
std::shared_ptr<const Layout> make_layout(const NetworkView<T>& network) {
  return std::make_shared<const Layout>(network);
}

template <class T>
[[gnu::cold]] void initialize_all(const Layout& layout, std::span<T> block, std::uint64_t seed) {
  for (const PlacedTensor& placed : layout.tensors()) {
    const Tensor& tensor = placed.tensor;
    const RandomKey key{.seed = seed,
                        .layer = static_cast<std::uint32_t>(placed.layer),
                        .use = RandomUse::initialize};
    const std::span<T> values = values_of(block, placed);
    initialize(values, tensor.initializer, tensor.fan_in, tensor.fan_out, key,
               static_cast<std::uint64_t>(placed.offset));
    if (tensor.gain == 1.0) continue;
    for (T& value : values) value = static_cast<T>(tensor.gain * static_cast<double>(value));
  }
}

template <class T>
Index program_bytes(const NetworkView<T>& network, const ProgramOptions& options) {
  return Program<T>(network, options).bytes();
}

}  // namespace TWEED_NAMESPACE::detail
