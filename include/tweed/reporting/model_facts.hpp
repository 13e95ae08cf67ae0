#pragma once

#include <tweed/model/model.hpp>
#include <tweed/model/network_view.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// The kernel [kh,kw,c,filters] of a network's first convolution, of one input channel or three.
/// Empty where there is none.
struct FirstKernel {
  std::vector<Index> dims;
  std::vector<float> values;

  Index filters() const { return dims[3]; }
  Index channels() const { return dims[2]; }
};

template <class Net, class T>
[[gnu::cold]] FirstKernel first_kernel_of(const Model<Net, T>& model) {
  for (const auto& tensor : model.tensors()) {
    const auto& dims = tensor.dims;
    if (tensor.name != "conv2d_1.kernel" || dims[0] * dims[1] == 1) continue;
    if (dims[2] == 1 || dims[2] == 3) return {dims, {tensor.values.begin(), tensor.values.end()}};
  }
  return {};
}

/// What a report says of a model, without its types.
struct ModelFacts {
  NetworkText network;
  FirstKernel first_kernel;
  std::vector<std::pair<std::string, std::span<const std::byte>>> tensors = {};
};

/// Its tensors are those of the model, which has to live as long.
template <class Net, class T>
[[gnu::cold]] ModelFacts model_facts_of(const Model<Net, T>& model) {
  ModelFacts facts{.network = model.network().text(), .first_kernel = first_kernel_of(model)};
  for (const auto& tensor : model.tensors()) {
    facts.tensors.emplace_back(tensor.name, std::as_bytes(tensor.values));
  }
  return facts;
}

}  // namespace TWEED_NAMESPACE::reporting
