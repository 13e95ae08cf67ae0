#pragma once

#include <tweed/model/model.hpp>

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
FirstKernel first_kernel_of(const Model<Net, T>& model) {
  for (const auto& tensor : model.tensors()) {
    const auto& dims = tensor.dims;
    if (tensor.name != "conv2d_1.kernel" || dims[0] * dims[1] == 1) continue;
    if (dims[2] == 1 || dims[2] == 3) return {dims, {tensor.values.begin(), tensor.values.end()}};
  }
  return {};
}

}  // namespace TWEED_NAMESPACE::reporting
