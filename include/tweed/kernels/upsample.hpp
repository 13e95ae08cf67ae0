#pragma once

#include <tweed/kernels/window_sum.hpp>

namespace tweed::kernels {

namespace detail {

/// The windows of the large image [h*rows,w*columns,c] that come from one pixel each of the small
/// one.
constexpr PoolGeometry upsample_windows(const Shape& small, Window factors) {
  return {slide(small.height * factors.height, factors.height, factors.height, Padding::valid),
          slide(small.width * factors.width, factors.width, factors.width, Padding::valid),
          small.channels};
}

}  // namespace detail

/// y [n,h*rows,w*columns,c] repeats each pixel of x [n,h,w,c] `factors.height` times downwards and
/// `factors.width` times to the right: the nearest neighbour.
template <class T>
void upsample(const Shape& input, Index batch, Window factors, const T* x, T* y, int threads) {
  detail::spread_windows(detail::upsample_windows(input, factors), batch, 1, x, y, threads);
}

/// dx [n,h,w,c] = the sum of the dy [n,h*rows,w*columns,c] of the pixels that came from it.
template <class T>
void upsample_gradient(const Shape& input, Index batch, Window factors, const T* dy, T* dx,
                       int threads) {
  detail::sum_windows(detail::upsample_windows(input, factors), batch, 1, dy, dx, threads);
}

}  // namespace tweed::kernels
