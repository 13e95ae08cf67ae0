#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/model/network_view.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// A tensor and its place: which layer it belongs to, and where it starts in the block of all (on a
/// cache line of its own).
struct PlacedTensor {
  Tensor tensor;
  std::size_t layer = 0;
  Index offset = 0;
};

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_block(std::size_t found) {
  throw Error("model: its weights are missing, there are " + std::to_string(found) +
              " numbers; was it moved from?");
}

/// A tensor's values within the block of all. Throws Error where that is too small, as in a model
/// that was moved from.
template <class U>
std::span<U> values_of(std::span<U> block, const PlacedTensor& placed) {
  const Index end = placed.offset + placed.tensor.size();
  if (static_cast<std::size_t>(end) > block.size()) refuse_block(block.size());
  return block.subspan(static_cast<std::size_t>(placed.offset),
                       static_cast<std::size_t>(placed.tensor.size()));
}

/// Neighbours in a list.
struct Range {
  std::size_t first = 0;
  std::size_t count = 0;

  template <class Element>
  std::span<Element> of(std::span<Element> list) const {
    return list.subspan(first, count);
  }
};

}  // namespace detail

/// Where the tensors of a network lie in one block: all that are trained, then all state.
class Layout {
 public:
  template <class T>
  [[gnu::cold]] explicit Layout(const NetworkView<T>& network)
      : trained_(network.layers.size()), state_(network.layers.size()) {
    place(network, Role::trained, trained_);
    trained_size_ = size_;
    trained_tensors_ = tensors_.size();
    place(network, Role::state, state_);
  }

  /// In the order in which they lie.
  std::span<const PlacedTensor> tensors() const { return tensors_; }
  std::span<const PlacedTensor> trained_tensors() const {
    return std::span(tensors_).first(trained_tensors_);
  }
  /// Elements of the block, and of its front that is trained, gaps included.
  Index size() const { return size_; }
  Index trained_size() const { return trained_size_; }

  /// The tensors of a layer, by their places in `tensors`.
  const detail::Range& trained_of(int layer) const {
    return trained_[static_cast<std::size_t>(layer)];
  }
  const detail::Range& state_of(int layer) const { return state_[static_cast<std::size_t>(layer)]; }

 private:
  template <class T>
  [[gnu::cold]] void place(const NetworkView<T>& network, Role role,
                           std::vector<detail::Range>& ranges) {
    for (const Node& node : network.graph.nodes) {
      const auto layer = static_cast<std::size_t>(node.layer);
      ranges[layer].first = tensors_.size();
      for (const Tensor& tensor : network.layers[layer].tensors(network.graph.input_of(node))) {
        if (tensor.role != role) continue;
        tensors_.push_back({tensor, layer, size_});
        size_ += aligned_count<float>(tensor.size());
        ++ranges[layer].count;
      }
    }
  }

  std::vector<PlacedTensor> tensors_;
  std::vector<detail::Range> trained_;  // of each layer
  std::vector<detail::Range> state_;
  std::size_t trained_tensors_ = 0;
  Index trained_size_ = 0;
  Index size_ = 0;
};

}  // namespace TWEED_NAMESPACE
