#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/graph/fold.hpp>
#include <tweed/model/executor.hpp>
#include <tweed/model/model.hpp>

#include <span>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// A model made ready to predict: what layers can make of their parameters alone, such as the
/// transforms of a convolution's kernels, is made once and not in every call. With few samples at a
/// time that is most of the work. A normalisation behind a convolution is multiplied into its
/// kernel. It has weights of its own, which do not change any more, and may be used from any number
/// of threads at once.
///
///     const PreparedModel prepared(std::move(model));
///     Inference infer(prepared);
///     const auto logits = infer(prepared, image);
template <class Net, class T = float>
class PreparedModel {
 public:
  using Network = Net;
  using Scalar = T;

  /// For batches of up to `batch_size` samples. Takes `threads`, 0 for all that OpenMP offers, to
  /// prepare. Results are those of the model but for rounding: other algorithms may be the fastest.
  /// Throws Error for a batch size below 1.
  explicit PreparedModel(Model<Net, T> model, Index batch_size = 1, int threads = 0)
      : model_(std::move(model)),
        batch_size_(detail::checked_batch_size("PreparedModel", batch_size, model_.graph())),
        folded_(model_.graph(), folds_of<Net>(folds::in_prepared)) {
    Index bytes = 0;
    for (const Node& node : folded_.view().nodes) {
      places_.push_back({bytes, bytes_of(node)});
      bytes += aligned_bytes(places_.back().bytes);
    }
    blocks_ = Buffer<std::byte>(bytes);
    for (std::size_t i = 0; i < places_.size(); ++i) prepare(i, resolve_threads(threads));
  }

  Shape input_shape() const { return model_.input_shape(); }
  Shape output_shape() const { return model_.output_shape(); }

  const Model<Net, T>& model() const { return model_; }
  Index batch_size() const { return batch_size_; }

  /// Bytes held besides the weights.
  Index bytes() const { return blocks_.size(); }

  /// What the layer that runs node i of the folded network made ready.
  Prepared stage(std::size_t i) const {
    if (places_[i].bytes == 0) return {};
    return {places_[i].of(blocks_.values()), batch_size_};
  }

 private:
  /// What the layer of a node made ready, within the block of all.
  struct Place {
    Index offset = 0;
    Index bytes = 0;

    template <class Byte>
    std::span<Byte> of(std::span<Byte> block) const {
      return block.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes));
    }
  };

  NetworkView<T> view() const { return model_.network().template view<T>(); }

  Index bytes_of(const Node& node) const {
    const GraphView graph = view().graph;
    std::vector<Shape> inputs;
    for (const int value : graph.inputs_of(node)) inputs.push_back(graph.shape(value));
    return view()
        .layer_of(node)
        .prepared_memory({.inputs = inputs, .batch = batch_size_, .epilogue = node.epilogue})
        .kept;
  }

  std::vector<std::span<const T>> tensors_of(const detail::Range& range) const {
    std::vector<std::span<const T>> tensors;
    for (const auto& placed : range.of(model_.layout().tensors())) {
      tensors.push_back(detail::values_of(model_.values(), placed));
    }
    return tensors;
  }

  void prepare(std::size_t i, int threads) {
    const Node& node = folded_.view().nodes[i];
    const BoundLayer<T>& layer = view().layer_of(node);
    if (places_[i].bytes == 0 || layer.table->prepare == nullptr) return;
    const Layout& layout = model_.layout();
    const auto parameters = tensors_of(layout.trained_of(node.layer));
    const auto state = tensors_of(layout.state_of(node.layer));
    std::vector<T> factor;
    std::vector<T> offset;
    if (node.epilogue.normalize) {
      const auto channels = static_cast<std::size_t>(view().graph.shape(node.output).channels);
      factor.resize(channels);
      offset.resize(channels);
      const auto affine_parameters = tensors_of(layout.trained_of(node.affine));
      const auto affine_state = tensors_of(layout.state_of(node.affine));
      const auto& affine = view().layers[static_cast<std::size_t>(node.affine)];
      affine.table->affine(affine.layer, {.parameters = affine_parameters,
                                          .state = affine_state,
                                          .factor = factor,
                                          .offset = offset});
    }
    layer.table->prepare(layer.layer, {.input = view().graph.input_of(node),
                                       .batch = batch_size_,
                                       .parameters = parameters,
                                       .to = places_[i].of(blocks_.values()),
                                       .threads = threads,
                                       .state = state,
                                       .epilogue = node.epilogue,
                                       .factor = factor,
                                       .offset = offset});
  }

  Model<Net, T> model_;
  MovedSize batch_size_;
  FoldedGraph folded_;
  Buffer<std::byte> blocks_;
  std::vector<Place> places_;
};

}  // namespace TWEED_NAMESPACE
