#pragma once

#include <tweed/core/activation.hpp>
#include <tweed/core/ordered_sum.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = activation((x - mean) / sqrt(variance + epsilon) * scale + shift), for mean and variance of
/// each row by itself. y may be x.
template <class T>
struct LayerNormForward {
  Index rows;
  Index length;
  bool centers;  ///< without it 0 stands for the mean, and the mean of the squares for the variance
  const T* x;    // [rows,length]
  const T* scale;  // [length], or nullptr: 1
  const T* shift;  // [length], or nullptr: 0
  double epsilon;
  T* y;  // [rows,length]
  Activation activation = Activation::none;
  int threads = 1;
};

/// Gradients of the input, the scale and the shift; dx may be dy. Mean and variance are computed
/// again, while a row is in the cache.
template <class T>
struct LayerNormBackward {
  Index rows;
  Index length;
  bool centers;
  const T* x;      // [rows,length]
  const T* scale;  // [length], or nullptr
  const T* shift;  // [length], or nullptr; read only behind an activation
  double epsilon;
  const T* dy;        // [rows,length]
  T* dx;              // [rows,length], or nullptr where nobody needs it
  T* scale_gradient;  // [length], or nullptr
  T* shift_gradient;  // [length], or nullptr
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// What the backward pass takes of its scratch.
template <class T>
constexpr Index layer_norm_scratch_bytes(Index length, int threads) {
  return Scratch::bytes<T>(2 * length) + ordered_sum_scratch_bytes<T>(2 * length, threads);
}

}  // namespace TWEED_NAMESPACE::kernels
