#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/initializer.hpp>
#include <tweed/model/sequential.hpp>

#include <string>
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
template <class Net>
std::vector<std::string> numbered_layer_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < Net::depth; ++i) {
    int number = 1;
    for (std::size_t j = 0; j < i; ++j) number += Net::layer_names[j] == Net::layer_names[i];
    names.push_back(std::string(Net::layer_names[i]) + "_" + std::to_string(number));
  }
  return names;
}

/// The weights of a network, and nothing else: who wants to train or predict brings the memory for
/// that. A const model may be used from any number of threads at once.
template <class Net, class T = float>
class Model {
 public:
  using Network = Net;
  using Scalar = T;

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
                         values_of(block, placed)});
    }
    return tensors;
  }

 private:
  template <class U>
  static std::span<U> values_of(std::span<U> block, const detail::PlacedParameter& placed) {
    return block.subspan(static_cast<std::size_t>(placed.offset),
                         static_cast<std::size_t>(placed.parameter.size()));
  }

  void initialize_all(std::uint64_t seed) {
    for (const auto& placed : Net::parameters) {
      const RandomKey key{.seed = seed,
                          .layer = static_cast<std::uint32_t>(placed.layer),
                          .use = RandomUse::initialize};
      initialize(values_of(parameters(), placed), placed.parameter.initializer,
                 placed.parameter.fan_in, placed.parameter.fan_out, key,
                 static_cast<std::uint64_t>(placed.offset));
    }
  }

  Buffer<T> block_;
};

}  // namespace tweed
