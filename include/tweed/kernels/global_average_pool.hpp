#pragma once

#include <tweed/kernels/sample_pixels.hpp>
#include <tweed/kernels/streaming.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y [n,c] = the mean of all pixels of each sample of x [n,pixels,c].
template <class T>
void global_average_pool(const SampleSize& size, const T* x, T* y, int threads) {
  detail::sum_pixels_of_samples(size, T{1} / static_cast<T>(size.pixels), y, threads,
                                [x](Index i, Index lanes) { return Pack<T>::load(x + i, lanes); });
}

/// dx [n,pixels,c] of dy [n,c].
template <class T>
void global_average_pool_gradient(const SampleSize& size, const T* dy, T* dx, int threads) {
  const T weight = T{1} / static_cast<T>(size.pixels);
  const bool streams = is_streamed_in_order(dx, size.channels, size.batch * size.sample_size());
  detail::for_each_pixel_range(size, threads, [&](Index n, Index begin, Index end) {
    for (Index pixel = begin; pixel < end; ++pixel) {
      T* const to = dx + n * size.sample_size() + pixel * size.channels;
      for_each_pack<T>(size.channels, [&](Index c, Index lanes) {
        (weight * Pack<T>::load(dy + n * size.channels + c, lanes))
            .store_or_stream(to + c, lanes, streams);
      });
    }
    if (streams) simd::finish_stream();
  });
}

}  // namespace TWEED_NAMESPACE::kernels
