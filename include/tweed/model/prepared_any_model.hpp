#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/model/any_model.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace tweed {

/// What `PreparedModel` is to `Model`, for an `AnyModel`: made ready to predict, in batches of up
/// to `batch_size` samples. It may be used from any number of threads at once.
class PreparedAnyModel {
 public:
  using Scalar = float;

  /// Takes `threads`, 0 for all that OpenMP offers, to prepare. Throws Error for a batch size below
  /// 1.
  explicit PreparedAnyModel(AnyModel model, Index batch_size = 1, int threads = 0)
      : model_(std::move(model)),
        batch_size_(model_.network().checked_batch_size("PreparedAnyModel", batch_size)) {
    for (const auto& stage : model_.network().stages()) {
      std::visit([&](const auto& layer) { prepare(stage, layer, resolve_threads(threads)); },
                 stage.run);
    }
  }

  Shape input_shape() const { return model_.input_shape(); }
  Shape output_shape() const { return model_.output_shape(); }

  const AnyModel& model() const { return model_; }
  Index batch_size() const { return batch_size_; }

  /// Bytes held besides the weights.
  Index bytes() const {
    Index bytes = 0;
    for (const auto& block : blocks_) bytes += block.size();
    return bytes;
  }

  /// What the layer that runs stage i made ready.
  Prepared stage(std::size_t i) const {
    if (blocks_[i].size() == 0) return {};
    return {blocks_[i].values(), batch_size_};
  }

 private:
  template <class Layer>
  void prepare(const detail::AnyStage& stage, const Layer& layer, int threads) {
    const Shape& input = model_.network().shapes()[stage.first];
    blocks_.emplace_back(detail::prepared_memory_at(layer, input, batch_size_, threads).kept);
    if constexpr (requires(const PreparePass<float>& pass) { layer.prepare(pass); }) {
      if (blocks_.back().size() == 0) return;
      std::vector<std::span<const float>> parameters;
      model_.stage_parameters(stage, parameters);
      layer.prepare({.input = input,
                     .batch = batch_size_,
                     .parameters = parameters,
                     .to = blocks_.back().values(),
                     .threads = threads});
    }
  }

  AnyModel model_;
  MovedSize batch_size_;
  std::vector<Buffer<std::byte>> blocks_;  // of each stage
};

}  // namespace tweed
