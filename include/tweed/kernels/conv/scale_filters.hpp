#pragma once

#include <tweed/kernels/conv/geometry.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// A convolution whose results are multiplied by a factor and moved by an offset, [filters] each,
/// as a kernel and a bias. `bias` may be null.
template <class T>
void scale_filters(const Geometry& g, const T* kernel, const T* bias, const T* factor,
                   const T* offset, T* scaled_kernel, T* scaled_bias) {
  for (Index i = 0; i < g.kernel_size(); ++i) scaled_kernel[i] = kernel[i] * factor[i % g.filters];
  for (Index f = 0; f < g.filters; ++f) {
    scaled_bias[f] = (bias != nullptr ? bias[f] : T{}) * factor[f] + offset[f];
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
