#pragma once

#include <tweed/kernels/dropout.hpp>
#include <tweed/kernels/sample_pixels.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// factors [count] = what `dropout` makes of ones: a factor for each whole that is kept, else 0.
template <class T>
void dropout_factors(Index count, double rate, const RandomKey& key, T* factors, int threads) {
  std::fill_n(factors, count, T{1});
  dropout<T>(factors, factors, count, rate, key, threads, nullptr);
}

/// y [n,size] = x [n,size] * factors [n]. A sample whose factor is 0 is 0, whatever it was. y may
/// be x.
template <class T>
void multiply_samples(Index batch, Index size, const T* x, const T* factors, T* y, int threads) {
  const SampleSize numbers{.batch = batch, .pixels = size, .channels = 1};
  detail::for_each_pixel_range(numbers, threads, [&](Index n, Index begin, Index end) {
    const T factor = factors[n];
    const T* const from = x + n * size + begin;
    T* const to = y + n * size + begin;
    if (factor == T{}) {
      std::fill_n(to, end - begin, T{});
      return;
    }
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      (factor * Pack<T>::load(from + i, lanes)).store(to + i, lanes);
    });
  });
}

}  // namespace TWEED_NAMESPACE::kernels
