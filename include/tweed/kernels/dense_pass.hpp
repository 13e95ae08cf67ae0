#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = activation(x * kernel + bias)
template <class T>
struct DenseForward {
  Index batch;
  Index inputs;
  Index outputs;
  const T* x;       // [n,inputs]
  const T* kernel;  // [inputs,outputs]
  const T* bias;    // [outputs], or nullptr
  T* y;             // [n,outputs]
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the kernel and the bias.
template <class T>
struct DenseBackward {
  Index batch;
  Index inputs;
  Index outputs;
  const T* x;          // [n,inputs]
  const T* kernel;     // [inputs,outputs]
  const T* y;          // [n,outputs], read only behind an activation
  T* dy;               // [n,outputs], overwritten
  T* dx;               // [n,inputs], or nullptr where nobody needs it
  T* kernel_gradient;  // [inputs,outputs], or nullptr where nobody needs it
  T* bias_gradient;    // [outputs], or nullptr
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
