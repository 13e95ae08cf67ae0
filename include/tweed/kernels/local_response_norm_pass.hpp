#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// s = k + alpha times the sum of the squares of a pixel's channels from c - radius to c + radius.
struct LocalResponse {
  Index radius;
  double alpha;
  double beta;
  double k;
};

/// y = x * s^-beta; y may be x.
template <class T>
struct LocalResponseNormForward {
  LocalResponse response;
  Index pixels;  ///< of all samples together
  Index channels;
  const T* x;  // [pixels,channels]
  T* y;        // [pixels,channels]
  Scratch scratch;
  int threads = 1;
};

/// The gradient of the input; dx may be dy. s is computed again.
template <class T>
struct LocalResponseNormBackward {
  LocalResponse response;
  Index pixels;
  Index channels;
  const T* x;   // [pixels,channels]
  const T* dy;  // [pixels,channels]
  T* dx;        // [pixels,channels]
  Scratch scratch;
  int threads = 1;
};

/// What both passes take of their scratch: a pixel with zeros at its ends, twice, and one without.
template <class T>
constexpr Index local_response_norm_scratch_bytes(Index channels, Index radius, int threads) {
  return threads * (2 * Scratch::bytes<T>(channels + 2 * radius) + Scratch::bytes<T>(channels));
}

}  // namespace TWEED_NAMESPACE::kernels
