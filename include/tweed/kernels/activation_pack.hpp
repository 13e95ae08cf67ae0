#pragma once

#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/pack.hpp>

namespace TWEED_NAMESPACE::kernels {

/// max(0, x), where a NaN stays one, or x.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> rectified(const Pack<T>& x, bool rectifies) {
  if (!rectifies) return x;
  return select(less(x, Pack<T>::zero()), Pack<T>::zero(), x);
}

}  // namespace TWEED_NAMESPACE::kernels
