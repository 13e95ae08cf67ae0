#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/model/model.hpp>

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

  AnyModel(const AnyModel& other) = default;
  /// What is moved from keeps its network, without weights.
  AnyModel(AnyModel&& other) noexcept : network_(other.network_), block_(std::move(other.block_)) {}
  AnyModel& operator=(AnyModel other) noexcept {
    network_.swap(other.network_);
    block_ = std::move(other.block_);
    return *this;
  }
  ~AnyModel() = default;

  const AnyNetwork& network() const { return *network_; }
  Shape input_shape() const { return network_->input(); }
  Shape output_shape() const { return network_->output(); }

  /// The parameters by name.
  std::vector<NamedTensor<float>> tensors() { return named(block_.values()); }
  std::vector<NamedTensor<const float>> tensors() const { return named(block_.values()); }

 private:
  friend class AnyInference;
  friend class PreparedAnyModel;

  template <class U>
  std::vector<NamedTensor<U>> named(std::span<U> block) const {
    std::vector<NamedTensor<U>> tensors;
    for (const auto& placed : network_->parameters()) {
      const auto& [name, dims, rank, initializer, fan_in, fan_out] = placed.parameter;
      tensors.push_back({network_->layer_names()[placed.layer] + "." + std::string(name),
                         {dims.begin(), dims.begin() + rank},
                         detail::values_of(block, placed)});
    }
    return tensors;
  }

  /// Puts the parameters of a stage into `tensors`, in place of what was there.
  void stage_parameters(const detail::AnyStage& stage,
                        std::vector<std::span<const float>>& tensors) const {
    tensors.clear();
    for (std::size_t i = stage.first_tensor; i < stage.end_tensor; ++i) {
      tensors.push_back(detail::values_of(block_.values(), network_->parameters()[i]));
    }
  }

  std::shared_ptr<const AnyNetwork> network_;  // what an inference was made for
  Buffer<float> block_;
};

}  // namespace tweed
