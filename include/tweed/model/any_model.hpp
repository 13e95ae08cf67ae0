#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/model/inference.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tweed {

/// A model whose network is known at run time only, from a file. It predicts as `Model` does, to
/// the bit: with `predict_classes` and its like. It does not train.
class AnyModel {
 public:
  using Scalar = float;

  /// All weights are zero.
  explicit AnyModel(AnyNetwork network)
      : network_(std::make_shared<const AnyNetwork>(std::move(network))),
        block_(network_->block_size()) {}

  const AnyNetwork& network() const { return *network_; }
  Shape input_shape() const { return network_->input(); }
  Shape output_shape() const { return network_->output(); }

  /// The parameters by name.
  std::vector<NamedTensor<float>> tensors() { return named(block_.values()); }
  std::vector<NamedTensor<const float>> tensors() const { return named(block_.values()); }

 private:
  friend class AnyInference;

  template <class U>
  std::vector<NamedTensor<U>> named(std::span<U> block) const {
    std::vector<NamedTensor<U>> tensors;
    for (const auto& placed : network_->parameters()) {
      const auto& [name, dims, rank, initializer, fan_in, fan_out] = placed.parameter;
      tensors.push_back({network_->layer_names()[placed.layer] + "." + std::string(name),
                         {dims.begin(), dims.begin() + rank},
                         values_of(block, placed)});
    }
    return tensors;
  }

  template <class U>
  static std::span<U> values_of(std::span<U> block, const detail::PlacedParameter& placed) {
    return block.subspan(static_cast<std::size_t>(placed.offset),
                         static_cast<std::size_t>(placed.parameter.size()));
  }

  std::vector<std::span<const float>> stage_parameters(const detail::AnyStage& stage) const {
    std::vector<std::span<const float>> tensors;
    for (std::size_t i = stage.first_tensor; i < stage.end_tensor; ++i) {
      tensors.push_back(values_of(block_.values(), network_->parameters()[i]));
    }
    return tensors;
  }

  std::shared_ptr<const AnyNetwork> network_;  // what an inference was made for
  Buffer<float> block_;
};

/// The memory that inference needs, for batches of up to `batch_size` samples of one model, or of
/// its copies. Each thread that predicts has one of its own.
class AnyInference {
 public:
  /// `threads`: 0 takes all that OpenMP offers.
  AnyInference(const AnyModel& model, Index batch_size, int threads = 0)
      : network_(model.network_), batch_size_(batch_size), threads_(resolve_threads(threads)) {
    Index largest = 0;
    Index scratch = 0;
    for (const auto& stage : network_->stages()) {
      largest = std::max(largest, network_->shapes()[stage.end].size());
      const Shape& input = network_->shapes()[stage.first];
      const auto bytes = [&](const auto& layer) {
        return detail::scratch_bytes_at(layer, input, batch_size_, threads_);
      };
      scratch = std::max(scratch, std::visit(bytes, stage.run));
    }
    buffers_ = {Buffer<float>(largest * batch_size_), Buffer<float>(largest * batch_size_)};
    scratch_ = Buffer<std::byte>(scratch);
  }

  Index batch_size() const { return batch_size_; }
  int threads() const { return threads_; }

  /// The network's output for x [n,h,w,c], n <= batch_size: a view of memory that the next call
  /// overwrites. Throws Error where x does not fit, or where this was made for another network.
  Batch<const float> operator()(const AnyModel& model, const Batch<const float>& x) {
    if (model.network_ != network_) throw Error("AnyInference: it was made for another network");
    detail::check_batch("AnyInference", x, network_->input(), batch_size_);
    Batch<const float> current = x;
    std::size_t next = 0;
    for (const auto& stage : network_->stages()) {
      const auto parameters = model.stage_parameters(stage);
      std::visit(
          [&](const auto& layer) {
            float* to = buffers_[next].data();
            if (detail::runs_in_place(layer) && stage.first > 0) {
              to = const_cast<float*>(current.data);  // one of our own buffers
            } else {
              next = 1 - next;
            }
            const Batch<float> y{to, x.count, network_->shapes()[stage.end]};
            layer.infer({.x = current,
                         .y = y,
                         .parameters = parameters,
                         .scratch = Scratch(scratch_.values()),
                         .threads = threads_});
            current = y;
          },
          stage.run);
    }
    return current;
  }

 private:
  std::shared_ptr<const AnyNetwork> network_;
  Index batch_size_;
  int threads_;
  std::array<Buffer<float>, 2> buffers_;
  Buffer<std::byte> scratch_;
};

inline AnyInference make_inference(const AnyModel& model, Index batch_size, int threads = 0) {
  return AnyInference(model, batch_size, threads);
}

}  // namespace tweed
