#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/model/network_view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
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
  throw Error(
      text("model: its weights are missing, there are ", found, " numbers; was it moved from?"));
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

/// The values of tensors that lie in one block.
template <class U>
class TensorValues {
 public:
  TensorValues(std::span<const PlacedTensor> tensors, std::span<U> block) {
    for (const PlacedTensor& placed : tensors) values_[count_++] = values_of(block, placed);
  }
  operator Tensors<U>() const { return {values_.data(), count_}; }

 private:
  std::array<std::span<U>, TensorList::most> values_;
  std::size_t count_ = 0;
};

}  // namespace detail

/// Where the tensors of a network lie in one block: all that are trained, then all state.
class Layout {
 public:
  template <class T>
  [[gnu::cold]] explicit Layout(const NetworkView<T>& network) {
    for (const Role role : {Role::trained, Role::state}) {
      for (const Node& node : network.graph.nodes) {
        const Shape& input = network.graph.input_of(node);
        begins_.push_back(static_cast<int>(tensors_.size()));
        for (const Tensor& tensor : network.layer_of(node).tensors(input)) {
          if (tensor.role != role) continue;
          tensors_.push_back({tensor, static_cast<std::size_t>(node.layer), size_});
          size_ += aligned_count<float>(tensor.size());
        }
      }
      if (role == Role::trained) trained_size_ = size_;
    }
    begins_.push_back(static_cast<int>(tensors_.size()));
  }

  /// In the order in which they lie.
  std::span<const PlacedTensor> tensors() const { return tensors_; }
  std::span<const PlacedTensor> trained_tensors() const { return between(0, layers()); }
  /// Elements of the block, and of its front that is trained, gaps included.
  Index size() const { return size_; }
  Index trained_size() const { return trained_size_; }

  /// The tensors of a layer.
  std::span<const PlacedTensor> trained_of(int layer) const { return between(layer, layer + 1); }
  std::span<const PlacedTensor> state_of(int layer) const {
    return between(layers() + layer, layers() + layer + 1);
  }

 private:
  int layers() const { return static_cast<int>(begins_.size() / 2); }
  std::span<const PlacedTensor> between(int first, int end) const {
    const auto begin = static_cast<std::size_t>(begins_[static_cast<std::size_t>(first)]);
    return tensors().subspan(
        begin, static_cast<std::size_t>(begins_[static_cast<std::size_t>(end)]) - begin);
  }

  std::vector<PlacedTensor> tensors_;
  std::vector<int> begins_;  // of each layer's trained tensors, then of its state; then the end
  Index trained_size_ = 0;
  Index size_ = 0;
};

namespace detail {

template <class T>
std::shared_ptr<const Layout> make_layout(const NetworkView<T>& network);

/// Fills a block as the tensors' initialisers say.
template <class T>
void initialize_all(const Layout& layout, std::span<T> block, std::uint64_t seed);

}  // namespace detail

}  // namespace TWEED_NAMESPACE
