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

/// sums [n,c] = weight times the sum of `value(i, lanes)` over the pixels of each sample, where i
/// is the place in [n,pixels,c]. The order of the additions follows from the number of pixels: of
/// sums of 64, since those lose less than one long sum.
template <class T, class Value>
void sum_pixels_of_samples(const SampleSize& size, T weight, T* sums, int threads,
                           const Value& value) {
  constexpr Index block_pixels = 64;
  constexpr Index most_channels = 64;
  const Index parts = (size.channels + most_channels - 1) / most_channels;
  parallel_for(size.batch * parts, threads, [&](Index task, int) {
    const Index n = task / parts;
    const Index first = task % parts * most_channels;
    const Index channels = std::min(most_channels, size.channels - first);
    T sum[most_channels] = {};
    for (Index pixel = 0; pixel < size.pixels;) {
      T block[most_channels] = {};
      for (const Index stop = std::min(size.pixels, pixel + block_pixels); pixel < stop; ++pixel) {
        const Index from = n * size.sample_size() + pixel * size.channels + first;
        for_each_pack<T>(channels, [&](Index c, Index lanes) {
          (Pack<T>::load(block + c, lanes) + value(from + c, lanes)).store(block + c, lanes);
        });
      }
      for (Index c = 0; c < channels; ++c) sum[c] += block[c];
    }
    T* const to = sums + n * size.channels + first;
    for (Index c = 0; c < channels; ++c) to[c] = weight * sum[c];
  });
}

}  // namespace TWEED_NAMESPACE::kernels::detail
