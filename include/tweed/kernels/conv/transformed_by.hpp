#pragma once

#include <tweed/kernels/conv/transformed.hpp>

namespace tweed::kernels::conv {

/// Convolution through one kind of transform, which is known while compiling.
template <TransformKind kind, class T>
struct TransformedBy {
  static constexpr Index kept_bytes(const Geometry& g, Index batch) {
    return Transformed<T>::kept_bytes(kind, g, batch);
  }
  static constexpr Index forward_bytes(const Geometry& g, Index batch, int threads) {
    return Transformed<T>::forward_bytes(kind, g, batch, threads);
  }
  static constexpr Index backward_bytes(const Geometry& g, Index batch, int threads) {
    return Transformed<T>::backward_bytes(kind, g, batch, threads);
  }
  static void forward(const Geometry& g, const Forward<T>& pass) {
    Transformed<T>::forward(kind, g, pass);
  }
  static void backward(const Geometry& g, const Backward<T>& pass) {
    Transformed<T>::backward(kind, g, pass);
  }
};

}  // namespace tweed::kernels::conv
