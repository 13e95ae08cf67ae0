#pragma once

#include <tweed/kernels/window_sum.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

constexpr SlidingAxis upsample_axis(Index input, Index factor) {
  return {
      .input = input * factor, .window = factor, .stride = factor, .before = 0, .output = input};
}

/// The windows of the large image [h*rows,w*columns,c] that come from one pixel each of the small
/// one.
constexpr PoolGeometry upsample_windows(const Shape& small, Window factors) {
  return {upsample_axis(small.height, factors.height), upsample_axis(small.width, factors.width),
          small.channels};
}

}  // namespace detail

/// y [n,h*rows,w*columns,c] repeats each pixel of x [n,h,w,c] `factors.height` times downwards and
/// `factors.width` times to the right: the nearest neighbour.
template <class T>
void upsample(const Shape& input, Index batch, Window factors, const T* x, T* y, int threads) {
  detail::spread_windows(detail::upsample_windows(input, factors), batch, detail::Divisor::one, x,
                         y, threads);
}

/// dx [n,h,w,c] = the sum of the dy [n,h*rows,w*columns,c] of the pixels that came from it.
template <class T>
void upsample_gradient(const Shape& input, Index batch, Window factors, const T* dy, T* dx,
                       int threads) {
  detail::sum_windows(detail::upsample_windows(input, factors), batch, detail::Divisor::one, dy, dx,
                      threads);
}

}  // namespace TWEED_NAMESPACE::kernels
