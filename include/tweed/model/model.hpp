#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/initializer.hpp>
#include <tweed/model/sequential.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tweed {

/// A parameter by name, "conv2d_1.kernel", with its sizes and its values.
template <class T>
struct NamedTensor {
  std::string name;
  std::vector<Index> dims;
  std::span<T> values;
};

/// "conv2d_2" for each layer: its name, counted from 1 among its like.
inline std::vector<std::string> numbered_names(std::span<const std::string_view> layers) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto number = std::count(layers.begin(), layers.begin() + std::ssize(names), layers[i]);
    names.push_back(std::string(layers[i]) + "_" + std::to_string(number + 1));
  }
  return names;
}

/// The same for the layers of a network.
template <class Net>
std::vector<std::string> numbered_layer_names() {
  return numbered_names(Net::layer_names);
}

/// The weights of a network, and nothing else: who wants to train or predict brings the memory for
/// that. A const model may be used from any number of threads at once.
template <class Net, class T = float>
class Model {
 public:
  using Network = Net;
  using Scalar = T;

  /// Of one sample, and of what the network makes of it.
  static constexpr Shape input_shape() { return Net::input; }
  static constexpr Shape output_shape() { return Net::output; }

  /// Fresh weights, as the layers' initialisers say; the same seed gives the same ones.
  explicit Model(std::uint64_t seed = 0) : block_(Net::block_size) { initialize_all(seed); }

  /// All parameters as one block, with zeros in the gaps between them. Optimisers work on it.
  std::span<T> parameters() { return block_.values(); }
  std::span<const T> parameters() const { return block_.values(); }

  /// The parameters by name.
  std::vector<NamedTensor<T>> tensors() { return named<T>(parameters()); }
  std::vector<NamedTensor<const T>> tensors() const { return named<const T>(parameters()); }

  /// A block of the same layout, such as the gradients, by name.
  template <class U>
  static std::vector<NamedTensor<U>> named(std::span<U> block) {
    const auto layers = numbered_layer_names<Net>();
    std::vector<NamedTensor<U>> tensors;
    for (const auto& placed : Net::parameters) {
      const auto& [name, dims, rank, initializer, fan_in, fan_out] = placed.parameter;
      tensors.push_back({layers[placed.layer] + "." + std::string(name),
                         {dims.begin(), dims.begin() + rank},
                         detail::values_of(block, placed)});
    }
    return tensors;
  }

 private:
  void initialize_all(std::uint64_t seed) {
    for (const auto& placed : Net::parameters) {
      const RandomKey key{.seed = seed,
                          .layer = static_cast<std::uint32_t>(placed.layer),
                          .use = RandomUse::initialize};
      initialize(detail::values_of(parameters(), placed), placed.parameter.initializer,
                 placed.parameter.fan_in, placed.parameter.fan_out, key,
                 static_cast<std::uint64_t>(placed.offset));
    }
  }

  Buffer<T> block_;
};

}  // namespace tweed
