#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/kernels/sample_size.hpp>
#include <tweed/kernels/wide_rows.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Mean and deviation of a group of channels of a sample.
struct GroupMoments {
  double mean;
  double inverse_deviation;  ///< 1 / sqrt(variance + epsilon)
};

/// y = activation((x - mean) / sqrt(variance + epsilon) * scale + shift), for mean and variance
/// over all pixels of a sample and neighbouring channels, `channels / groups` of them. y may be x.
template <class T>
struct GroupNormForward {
  SampleSize size;
  Index groups;
  const T* x;      // [n,pixels,c]
  const T* scale;  // [c], or nullptr: 1
  const T* shift;  // [c], or nullptr: 0
  double epsilon;
  T* y;                   // [n,pixels,c]
  GroupMoments* moments;  // [n,groups], or nullptr where nobody wants them
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// Gradients of the input, the scale and the shift; dx may be dy.
template <class T>
struct GroupNormBackward {
  SampleSize size;
  Index groups;
  const T* x;                   // [n,pixels,c]
  const T* scale;               // [c], or nullptr
  const T* shift;               // [c], or nullptr; read only behind an activation
  const GroupMoments* moments;  // [n,groups]
  const T* dy;                  // [n,pixels,c]
  T* dx;                        // [n,pixels,c], or nullptr where nobody needs it
  T* scale_gradient;            // [c], or nullptr
  T* shift_gradient;            // [c], or nullptr
  Activation activation = Activation::none;
  Scratch scratch;
  int threads = 1;
};

/// The pixels of a sample, cut into parts whose sums are added in order: their number follows from
/// the sizes alone.
struct SampleParts {
  Index pixels;
  Index channels;

  constexpr Index count() const {
    return std::clamp<Index>(pixels * channels / elementwise_grain, 1,
                             std::min(max_batch_parts, pixels));
  }
  constexpr Index begin(Index part) const { return pixels * part / count(); }
  constexpr WideRows rows(Index part) const { return {begin(part + 1) - begin(part), channels}; }
};

/// What group normalisation takes of its scratch: for each sample that is under way, of which there
/// are as many as threads, for each thread, and for the gradients of all samples.
template <class T>
struct GroupNormBytes {
  SampleSize size;
  Index groups;

  constexpr Index row() const {
    return Scratch::bytes<T>(WideRows{.pixels = 0, .channels = size.channels}.width());
  }
  constexpr Index of_sample() const {
    const Index parts = SampleParts{size.pixels, size.channels}.count();
    const Index moments = Scratch::bytes<GroupMoments>(groups);
    return 5 * row() + std::max(moments + Scratch::bytes<GroupMoments>(parts * groups),
                                Scratch::bytes<T>(parts * 2 * size.channels));
  }
  constexpr Index of_thread() const { return 4 * row(); }
  constexpr Index of_batch() const {
    return Scratch::bytes<T>(size.batch * 2 * size.channels) + Scratch::bytes<T>(2 * size.channels);
  }
  constexpr Index all(int threads) const {
    return threads * (of_sample() + of_thread()) + of_batch();
  }
};

}  // namespace TWEED_NAMESPACE::kernels
