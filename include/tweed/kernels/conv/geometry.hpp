#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/core/window.hpp>
#include <tweed/kernels/activation.hpp>

namespace tweed::kernels::conv {

/// Sizes of a two-dimensional convolution. `rows.window` and `columns.window` are the kernel's
/// height and width.
struct Geometry {
  SlidingAxis rows;
  SlidingAxis columns;
  Index channels;  ///< of the input
  Index filters;   ///< channels of the output

  constexpr Index input_size() const { return rows.input * columns.input * channels; }
  constexpr Index output_size() const { return rows.output * columns.output * filters; }
  constexpr Index output_pixels() const { return rows.output * columns.output; }
  constexpr Index taps() const { return rows.window * columns.window; }
  constexpr Index kernel_size() const { return taps() * channels * filters; }
  /// Multiply-adds of one sample and pass, as the definition counts them.
  constexpr Index multiplications() const { return output_pixels() * kernel_size(); }
};

/// y = activation(x * kernel + bias)
template <class T>
struct Forward {
  Index batch;
  const T* x;       // [n,h,w,c]
  const T* kernel;  // [kh,kw,c,f]
  const T* bias;    // [f]
  T* y;             // [n,oh,ow,f]
  Activation activation = Activation::none;
  std::byte* kept = nullptr;  // what `backward` may reuse; nullptr in inference
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the kernel and the bias.
template <class T>
struct Backward {
  Index batch;
  const T* x;          // [n,h,w,c]
  const T* kernel;     // [kh,kw,c,f]
  const T* y;          // [n,oh,ow,f], read only behind a ReLU
  T* dy;               // [n,oh,ow,f], overwritten
  T* dx;               // [n,h,w,c], or nullptr where nobody needs it
  T* kernel_gradient;  // [kh,kw,c,f]
  T* bias_gradient;    // [f]
  Activation activation = Activation::none;
  const std::byte* kept = nullptr;
  Scratch scratch;
  int threads = 1;
};

}  // namespace tweed::kernels::conv
