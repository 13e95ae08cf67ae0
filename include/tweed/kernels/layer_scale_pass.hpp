#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/wide_rows.hpp>

namespace TWEED_NAMESPACE::kernels {

/// Gradients of the input and of a factor for each channel; dx may be dy.
template <class T>
struct LayerScaleBackward {
  Index pixels;  ///< of all samples together
  Index channels;
  const T* x;         // [pixels,channels]
  const T* scale;     // [channels]
  const T* dy;        // [pixels,channels]
  T* dx;              // [pixels,channels], or nullptr where nobody needs it
  T* scale_gradient;  // [channels], or nullptr where nobody needs it
  Scratch scratch;
  int threads = 1;
};

/// What the gradients take of their scratch.
template <class T>
constexpr Index layer_scale_scratch_bytes(Index channels, int threads) {
  const Index width = WideRows{.pixels = 0, .channels = channels}.width();
  return 2 * Scratch::bytes<T>(width) + ordered_sum_scratch_bytes<T>(width, threads);
}

}  // namespace TWEED_NAMESPACE::kernels
