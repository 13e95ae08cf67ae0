#pragma once

#include <tweed/kernels/window_sum.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

constexpr Divisor divisor_of_mean(bool counts_padding) {
  return counts_padding ? Divisor::padded_taps : Divisor::inputs;
}

}  // namespace detail

/// y [n,oh,ow,c] = the mean of each window of x [n,h,w,c]. Zeros around the image are part of it if
/// `counts_padding`, otherwise it is the mean of the inputs alone. No window may lie outside.
template <class T>
void average_pool(const PoolGeometry& g, Index batch, bool counts_padding, const T* x, T* y,
                  int threads) {
  detail::sum_windows(g, batch, detail::divisor_of_mean(counts_padding), x, y, threads);
}

/// dx [n,h,w,c] of dy [n,oh,ow,c].
template <class T>
void average_pool_gradient(const PoolGeometry& g, Index batch, bool counts_padding, const T* dy,
                           T* dx, int threads) {
  detail::spread_windows(g, batch, detail::divisor_of_mean(counts_padding), dy, dx, threads);
}

}  // namespace TWEED_NAMESPACE::kernels
