#pragma once

#include <tweed/core/option.hpp>
#include <tweed/graph/fold.hpp>
#include <tweed/graph/plan.hpp>
#include <tweed/model/layout.hpp>

#include <algorithm>
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

/// What a network is to run for.
struct ProgramOptions {
  Mode mode = Mode::inference;
  unsigned char folds = folds::none;
  Index batch_size = 1;
  int threads = 1;
  bool is_prepared = false;
};

/// A network made ready to run, in training or in inference: folded, scheduled, and everything
/// given a place in memory. All that depends on neither the samples nor the weights is decided
/// here, once.
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
              {.batch = options.batch_size, .element = sizeof(T), .kept = kept_}) {}

  const NetworkView<T>& network() const { return network_; }
  const ProgramOptions& options() const { return options_; }
  const Layout& layout() const { return layout_; }
  const FoldedGraph& folded() const { return folded_; }
  GraphView graph() const { return folded_.view(); }
  const Plan& plan() const { return plan_; }

  /// Of the node that needs most.
  Index scratch_bytes() const { return scratch_bytes_; }
  Index kept_bytes(int node) const { return kept_[static_cast<std::size_t>(node)]; }
  /// Besides the weights: activations, what layers keep, scratch, and the gradients in training.
  Index bytes() const {
    const bool trains = options_.mode == Mode::training;
    const Index gradients = trains ? layout_.trained_size() * Index{sizeof(T)} : 0;
    return plan_.size() + scratch_bytes_ + gradients;
  }

 private:
  /// Asks each layer. Returns the largest scratch; what they keep goes into `kept_`.
  [[gnu::cold]] Index ask_for_memory() {
    Index scratch = 0;
    const GraphView graph = folded_.view();
    std::vector<Shape> inputs;
    for (const Node& node : graph.nodes) {
      inputs.clear();
      for (const int value : graph.inputs_of(node)) inputs.push_back(graph.shape(value));
      const MemoryQuery query{.inputs = inputs,
                              .batch = options_.batch_size,
                              .threads = options_.threads,
                              .epilogue = node.epilogue};
      const BoundLayer<T>& layer = network_.layer_of(node);
      const LayerMemory wanted =
          options_.is_prepared ? layer.prepared_memory(query) : layer.memory(query);
      scratch = std::max(scratch, wanted.scratch);
      if (options_.mode == Mode::training) kept_.push_back(wanted.kept);
    }
    return scratch;
  }

  NetworkView<T> network_;
  ProgramOptions options_;
  Layout layout_;
  FoldedGraph folded_;
  std::vector<Index> kept_;  // bytes of each node, in training
  Index scratch_bytes_;
  Plan plan_;
};

}  // namespace TWEED_NAMESPACE::detail
