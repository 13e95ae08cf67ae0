#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/kernels/wide_rows.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// What batch normalisation measures of a batch, [channels] each.
template <class T>
struct BatchStatistics {
  T* mean;
  T* mean_rest;  ///< what rounding took from the mean
  T* variance;   ///< the sum of squares divided by the number of values
};

/// y = activation((x - mean) / sqrt(variance + epsilon) * scale + shift), for mean and variance of
/// x over all pixels of all samples, which it also hands out. y may be x.
template <class T>
struct BatchNormForward {
  Index pixels;  ///< of all samples together, at least two
  Index channels;
  const T* x;      // [pixels,channels]
  const T* scale;  // [channels], or nullptr for ones
  const T* shift;  // [channels], or nullptr for zeros
  double epsilon;
  T* y;  // [pixels,channels]
  BatchStatistics<T> statistics;
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the scale and the shift; dx may be dy. The activation needs no y: x says
/// where it was positive.
template <class T>
struct BatchNormBackward {
  Index pixels;
  Index channels;
  const T* x;      // [pixels,channels]
  const T* scale;  // [channels], or nullptr for ones
  const T* shift;  // [channels], or nullptr for zeros; read only behind an activation
  double epsilon;
  BatchStatistics<const T> statistics;
  const T* dy;        // [pixels,channels]
  T* dx;              // [pixels,channels], or nullptr where nobody needs it
  T* scale_gradient;  // [channels], or nullptr
  T* shift_gradient;  // [channels], or nullptr
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// y = activation(x * factor + offset), a channel at a time; y may be x.
template <class T>
struct ChannelScaling {
  Index pixels;  ///< of all samples together
  Index channels;
  const T* x;       // [pixels,channels]
  const T* factor;  // [channels]
  const T* offset;  // [channels]
  T* y;             // [pixels,channels]
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// What the two passes of batch normalisation take of their scratch, and `scale_channels`.
template <class T>
constexpr Index batch_norm_scratch_bytes(Index channels, int threads) {
  const Index width = WideRows{.pixels = 0, .channels = channels}.width();
  return 7 * Scratch::bytes<T>(width) + std::max(ordered_sum_scratch_bytes<T>(width, threads),
                                                 ordered_sum_scratch_bytes<T>(2 * width, threads));
}
template <class T>
constexpr Index scale_channels_scratch_bytes(Index channels) {
  return 3 * Scratch::bytes<T>(WideRows{.pixels = 0, .channels = channels}.width());
}

}  // namespace TWEED_NAMESPACE::kernels
