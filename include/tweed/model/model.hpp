#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/model/engine.hpp>
#include <tweed/model/sequential.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// A tensor of a model, by name.
template <class T>
struct NamedTensor {
  std::string name;
  std::vector<Index> dims;
  std::span<T> values;
};

/// The weights and the state of a network, and nothing else: who wants to train or predict brings
/// the memory for that. A const model may be used from any number of threads at once.
///
/// `Net` is a `Sequential`, or `AnyNetwork` for one that was built at run time.
template <class Net, class T = float>
class Model {
  // First of all, so that what is wrong with a network is one short message.
  static_assert(sizeof(Net) > 0);

 public:
  using Network = Net;
  using Scalar = T;

  /// Fresh weights, as the layers' initialisers say; the same seed gives the same ones.
  explicit Model(std::uint64_t seed = 0) requires StaticNetwork<Net>
      : Model(NetworkHandle<Net>(), seed) {}
  explicit Model(Net network, std::uint64_t seed = 0) requires(!StaticNetwork<Net>)
      : Model(NetworkHandle<Net>(std::move(network)), seed) {}

  Model(const Model& other) = default;
  /// What is moved from keeps its network, without weights.
  Model(Model&& other) noexcept
      : network_(other.network_), layout_(other.layout_), block_(std::move(other.block_)) {}
  Model& operator=(Model other) noexcept {
    std::swap(network_, other.network_);
    layout_.swap(other.layout_);
    block_ = std::move(other.block_);
    return *this;
  }
  ~Model() = default;

  /// This model for inputs of another size: a network built at run time, or read from a file, takes
  /// other images with the same weights, where its layers allow it. Throws Error, naming the layer,
  /// where they do not. Where there are several inputs, a shape for each.
  Model resized(const Shape& input) const requires(!StaticNetwork<Net>) {
    return resized(std::span(&input, 1));
  }
  Model resized(std::span<const Shape> inputs) const requires(!StaticNetwork<Net>) {
    Model other = *this;
    other.network_ = network_.resized(inputs);
    return other;
  }

  /// Of one sample, and of what the network makes of it; the first of each, where there are
  /// several.
  Shape input_shape() const { return graph().input(); }
  Shape output_shape() const { return graph().output(); }

  const NetworkHandle<Net>& network() const { return network_; }
  GraphView graph() const { return network_.template view<T>().graph; }
  const Layout& layout() const { return *layout_; }

  /// All parameters as one block, with zeros in the gaps between them. Optimisers work on it.
  std::span<T> parameters() { return trained(block_.values()); }
  std::span<const T> parameters() const { return trained(block_.values()); }

  /// All parameters, and behind them the state of layers that have some.
  std::span<T> values() { return block_.values(); }
  std::span<const T> values() const { return block_.values(); }

  /// The state alone.
  std::span<T> state() { return values().subspan(parameters().size()); }
  std::span<const T> state() const { return values().subspan(parameters().size()); }

  /// The parameters and the state by name.
  std::vector<NamedTensor<T>> tensors() { return named<T>(values()); }
  std::vector<NamedTensor<const T>> tensors() const { return named<const T>(values()); }

  /// A block of the same layout by name. One of the size of `parameters`, such as the gradients,
  /// has no state.
  template <class U>
  std::vector<NamedTensor<U>> named(std::span<U> block) const {
    const auto layers = numbered_layer_names(graph());
    const bool has_state = std::ssize(block) != layout_->trained_size();
    std::vector<NamedTensor<U>> tensors;
    for (const auto& placed : has_state ? layout_->tensors() : layout_->trained_tensors()) {
      const Tensor& tensor = placed.tensor;
      tensors.push_back({layers[placed.layer] + "." + std::string(tensor.name),
                         {tensor.dims.begin(), tensor.dims.begin() + tensor.rank},
                         detail::values_of(block, placed)});
    }
    return tensors;
  }

 private:
  [[gnu::cold]] Model(NetworkHandle<Net> network, std::uint64_t seed)
      : network_(std::move(network)),
        layout_(detail::make_layout(network_.template view<T>())),
        block_(layout_->size()) {
    detail::initialize_all(*layout_, block_.values(), seed);
  }

  /// The front of the block; nothing in a model that was moved from.
  template <class U>
  std::span<U> trained(std::span<U> block) const {
    if (block.empty()) return block;
    return block.first(static_cast<std::size_t>(layout_->trained_size()));
  }

  [[no_unique_address]] NetworkHandle<Net> network_;
  std::shared_ptr<const Layout> layout_;
  Buffer<T> block_;
};

}  // namespace TWEED_NAMESPACE
