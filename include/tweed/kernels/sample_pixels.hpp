#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/sample_size.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::detail {

/// Calls `body(sample, begin, end)` for ranges of pixels that together cover all samples.
template <class Body>
void for_each_pixel_range(const SampleSize& size, int threads, const Body& body) {
  const Index grain = std::max<Index>(1, elementwise_grain / size.channels);
  const Index parts = (size.pixels + grain - 1) / grain;
  parallel_for(size.batch * parts, threads, [&](Index i, int) {
    const Index begin = i % parts * grain;
    body(i / parts, begin, std::min(size.pixels, begin + grain));
  });
}

/// Channels whose sums fit into the registers of most instruction sets.
inline constexpr Index channels_in_registers = 64;

/// block [channels] = the sum of `value(i, lanes)` for the places i of some pixels, the first of
/// them at `from` and `step` apart, one pixel after another.
template <class T, class Value>
EIGEN_ALWAYS_INLINE void sum_block_of_pixels(Index pixels, Index channels, Index from, Index step,
                                             T* block, const Value& value) {
  constexpr Index width = Pack<T>::width;
  constexpr Index packs = channels_in_registers / width;
  if (channels == channels_in_registers) {
    Pack<T> sums[packs];
    TWEED_UNROLL
    for (Index k = 0; k < packs; ++k) sums[k] = Pack<T>::zero();
    for (Index pixel = 0; pixel < pixels; ++pixel, from += step) {
      TWEED_UNROLL
      for (Index k = 0; k < packs; ++k) sums[k] = sums[k] + value(from + k * width, width);
    }
    TWEED_UNROLL
    for (Index k = 0; k < packs; ++k) sums[k].store(block + k * width);
    return;
  }
  std::fill_n(block, channels, T{});
  for (Index pixel = 0; pixel < pixels; ++pixel, from += step) {
    for_each_pack<T>(channels, [&](Index c, Index lanes) {
      (Pack<T>::load(block + c, lanes) + value(from + c, lanes)).store(block + c, lanes);
    });
  }
}

/// sums [n,c] = weight times the sum of `value(i, lanes)` over the pixels of each sample, where i
/// is the place in [n,pixels,c]. The order of the additions follows from the number of pixels: of
/// sums of 64, since those lose less than one long sum.
template <class T, class Value>
void sum_pixels_of_samples(const SampleSize& size, T weight, T* sums, int threads,
                           const Value& value) {
  constexpr Index block_pixels = 64;
  constexpr Index most_channels = channels_in_registers;
  const Index parts = (size.channels + most_channels - 1) / most_channels;
  parallel_for(size.batch * parts, threads, [&](Index task, int) {
    const Index n = task / parts;
    const Index first = task % parts * most_channels;
    const Index channels = std::min(most_channels, size.channels - first);
    T sum[most_channels] = {};
    for (Index pixel = 0; pixel < size.pixels; pixel += block_pixels) {
      T block[most_channels];
      const Index from = n * size.sample_size() + pixel * size.channels + first;
      sum_block_of_pixels(std::min(block_pixels, size.pixels - pixel), channels, from,
                          size.channels, block, value);
      for (Index c = 0; c < channels; ++c) sum[c] += block[c];
    }
    T* const to = sums + n * size.channels + first;
    for (Index c = 0; c < channels; ++c) to[c] = weight * sum[c];
  });
}

}  // namespace TWEED_NAMESPACE::kernels::detail
