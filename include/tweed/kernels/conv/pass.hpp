#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/pool_geometry.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace tweed::kernels::conv {

/// A max-pool that follows a convolution at once, so that what lies between them never leaves the
/// cache. Its taps take a byte each: the window has fewer than 255 elements.
struct FusedPool {
  using Tap = std::uint8_t;
  PoolGeometry geometry;
  Tap* taps = nullptr;  // [n,ph,pw,f], nullptr in inference
};

/// y = activation(x * kernel + bias), pooled if there is a pool.
template <class T>
struct Forward {
  Index batch;
  const T* x;       // [n,h,w,c]
  const T* kernel;  // [kh,kw,c,f]
  const T* bias;    // [f], or nullptr
  T* y;             // [n,oh,ow,f], or [n,ph,pw,f] behind a pool
  Activation activation = Activation::none;
  const FusedPool* pool = nullptr;
  std::span<std::byte> kept = {};  // what `backward` may reuse; empty in inference
  std::span<const std::byte> kernel_transform = {};  // where it is there already
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the kernel and the bias.
template <class T>
struct Backward {
  Index batch;
  const T* x;          // [n,h,w,c]
  const T* kernel;     // [kh,kw,c,f]
  const T* y;          // [n,oh,ow,f], read only behind a ReLU without a pool
  const T* dy;         // [n,oh,ow,f], or [n,ph,pw,f] behind a pool
  T* dx;               // [n,h,w,c], or nullptr where nobody needs it
  T* kernel_gradient;  // [kh,kw,c,f]
  T* bias_gradient;    // [f], or nullptr
  Activation activation = Activation::none;
  const FusedPool* pool = nullptr;
  std::span<const std::byte> kept = {};
  Scratch scratch;
  int threads = 1;
};

}  // namespace tweed::kernels::conv
