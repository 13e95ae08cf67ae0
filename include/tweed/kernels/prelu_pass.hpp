#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/kernels/wide_rows.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = x where x > 0, else slope * x; y may be x.
template <class T>
struct PReLUForward {
  Index pixels;  ///< of all samples together
  Index channels;
  const T* x;         // [pixels,channels]
  const T* slopes;    // [channels] or, if there is one for all, [1]
  bool shares_slope;  // which of them
  T* y;               // [pixels,channels]
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input and the slopes; dx may be dy.
template <class T>
struct PReLUBackward {
  Index pixels;
  Index channels;
  const T* x;         // [pixels,channels]
  const T* slopes;    // [channels] or [1]
  bool shares_slope;  // which of them
  const T* dy;        // [pixels,channels]
  T* dx;              // [pixels,channels], or nullptr where nobody needs it
  T* slope_gradient;  // [channels] or [1], or nullptr where nobody needs it
  Scratch scratch;
  int threads = 1;
};

/// What both passes take of their scratch.
template <class T>
constexpr Index prelu_scratch_bytes(Index channels, int threads) {
  const Index width = WideRows{.pixels = 0, .channels = channels}.width();
  return 2 * Scratch::bytes<T>(width) + ordered_sum_scratch_bytes<T>(width, threads);
}

}  // namespace TWEED_NAMESPACE::kernels
