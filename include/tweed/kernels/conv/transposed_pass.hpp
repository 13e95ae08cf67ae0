#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/conv/geometry.hpp>

/// A transposed convolution takes the output of a convolution for its input: what comes out is that
/// convolution's input gradient. Its geometry is the convolution's, so `g.channels` are those that
/// come out, and `g.filters` those that go in.
namespace TWEED_NAMESPACE::kernels::conv {

/// y = activation(what each pixel of x spreads over the places under its taps + bias).
template <class T>
struct TransposedForward {
  Index batch;
  const T* x;       // [n,oh,ow,f]
  const T* kernel;  // [kh,kw,c,f]
  const T* bias;    // [c], or nullptr
  T* y;             // [n,h,w,c]
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the kernel and the bias.
template <class T>
struct TransposedBackward {
  Index batch;
  const T* x;          // [n,oh,ow,f]
  const T* kernel;     // [kh,kw,c,f]
  const T* y;          // [n,h,w,c], read only behind an activation
  T* dy;               // [n,h,w,c], overwritten behind an activation
  T* dx;               // [n,oh,ow,f], or nullptr where nobody needs it
  T* kernel_gradient;  // [kh,kw,c,f], or nullptr where nobody needs it
  T* bias_gradient;    // [c], or nullptr
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
