#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/pool_geometry.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace TWEED_NAMESPACE::kernels::conv {

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
  const T* y;          // [n,oh,ow,f], read only behind an activation without a pool
  const T* dy;         // [n,oh,ow,f], or [n,ph,pw,f] behind a pool
  T* dx;               // [n,h,w,c], or nullptr where nobody needs it
  T* kernel_gradient;  // [kh,kw,c,f], or nullptr where nobody needs it, nor the bias's
  T* bias_gradient;    // [f], or nullptr
  Activation activation = Activation::none;
  const FusedPool* pool = nullptr;
  std::span<const std::byte> kept = {};
  Scratch scratch;
  int threads = 1;
};

/// The code of an algorithm:
/// - `kept_bytes(g, batch)`: what `forward` leaves for `backward`;
/// - `forward_bytes(g, batch, threads)` and `backward_bytes(g, batch, threads)`: scratch. Like what
///   is kept it grows with the batch among those that have the same `planned_batch`;
/// - `forward(g, pass)`, and `backward(g, pass)` with all gradients at once, so that it can share
///   between them what it makes of dy;
/// - `prepared_bytes(g)` and `prepare(g, kernel, to, threads)`: the kernel's transform that
///   `forward` may get for a batch of any size, if it has a use for it.
template <class K, class T>
concept KernelsOf = requires(const Geometry& g, Index batch, int threads, const T* kernel,
                             const Forward<T>& forward, const Backward<T>& backward,
                             std::span<std::byte> to) {
  { K::kept_bytes(g, batch) } -> std::same_as<Index>;
  { K::forward_bytes(g, batch, threads) } -> std::same_as<Index>;
  { K::backward_bytes(g, batch, threads) } -> std::same_as<Index>;
  K::forward(g, forward);
  K::backward(g, backward);
  { K::prepared_bytes(g) } -> std::same_as<Index>;
  K::prepare(g, kernel, to, threads);
};

/// What an algorithm keeps that reads the kernel as it is: nothing that is of use twice.
struct KeepsNothing {
  static constexpr Index kept_bytes(const Geometry&, Index) { return 0; }
  static constexpr Index prepared_bytes(const Geometry&) { return 0; }
  template <class T>
  static void prepare(const Geometry&, const T*, std::span<std::byte>, int) {}
};

}  // namespace TWEED_NAMESPACE::kernels::conv
