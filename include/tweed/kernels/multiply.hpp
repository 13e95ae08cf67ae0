#pragma once

#include <tweed/kernels/sample_pixels.hpp>
#include <tweed/kernels/streaming.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = a * b, element by element; y may be either.
template <class T>
void multiply(const T* a, const T* b, T* y, Index count, int threads) {
  const bool streams = y != a && y != b && is_streamed_in_order(y, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      const Index at = begin + i;
      const auto product = Pack<T>::load(a + at, lanes) * Pack<T>::load(b + at, lanes);
      product.store_or_stream(y + at, lanes, streams);
    });
    if (streams) simd::finish_stream();
  });
}

/// da = dy * b and db = dy * a. Either may be nullptr where nobody needs it, and one may be dy.
template <class T>
void multiply_gradient(const T* a, const T* b, const T* dy, T* da, T* db, Index count,
                       int threads) {
  // Only one of them past the caches: two are no longer stored register behind register.
  const T* const alone = db == nullptr ? da : da == nullptr ? db : nullptr;
  const bool streams = alone != nullptr && alone != dy && is_streamed_in_order(alone, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      const Index at = begin + i;
      const auto gradient = Pack<T>::load(dy + at, lanes);
      if (da != nullptr) {
        (gradient * Pack<T>::load(b + at, lanes)).store_or_stream(da + at, lanes, streams);
      }
      if (db != nullptr) {
        (gradient * Pack<T>::load(a + at, lanes)).store_or_stream(db + at, lanes, streams);
      }
    });
    if (streams) simd::finish_stream();
  });
}

/// y [n,pixels,c] = x [n,pixels,c] * factors [n,c]: each channel of a sample has a factor of its
/// own. y may be x.
template <class T>
void multiply_channels(const SampleSize& size, const T* x, const T* factors, T* y, int threads) {
  const bool streams =
      x != y && is_streamed_in_order(y, size.channels, size.batch * size.sample_size());
  detail::for_each_pixel_range(size, threads, [&](Index n, Index begin, Index end) {
    const T* const by = factors + n * size.channels;
    for (Index pixel = begin; pixel < end; ++pixel) {
      const Index from = n * size.sample_size() + pixel * size.channels;
      for_each_pack<T>(size.channels, [&](Index c, Index lanes) {
        (Pack<T>::load(x + from + c, lanes) * Pack<T>::load(by + c, lanes))
            .store_or_stream(y + from + c, lanes, streams);
      });
    }
    if (streams) simd::finish_stream();
  });
}

/// dx [n,pixels,c] = dy * factors, and factor_gradients [n,c] = the sum of dy * x over the pixels
/// of each sample. Either may be nullptr where nobody needs it; dx may be dy.
template <class T>
void multiply_channels_gradient(const SampleSize& size, const T* x, const T* factors, const T* dy,
                                T* dx, T* factor_gradients, int threads) {
  if (factor_gradients != nullptr) {
    detail::sum_pixels_of_samples(
        size, T{1}, factor_gradients, threads, [x, dy](Index i, Index lanes) {
          return Pack<T>::load(x + i, lanes) * Pack<T>::load(dy + i, lanes);
        });
  }
  if (dx != nullptr) multiply_channels(size, dy, factors, dx, threads);
}

}  // namespace TWEED_NAMESPACE::kernels
