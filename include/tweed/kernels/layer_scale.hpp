#pragma once

#include <tweed/kernels/channel_sums.hpp>
#include <tweed/kernels/layer_scale_pass.hpp>
#include <tweed/kernels/multiply.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// y [pixels,c] = x [pixels,c] * scale [c]. y may be x.
template <class T>
void layer_scale(Index pixels, Index channels, const T* x, const T* scale, T* y, int threads) {
  multiply_channels({.batch = 1, .pixels = pixels, .channels = channels}, x, scale, y, threads);
}

template <class T>
void layer_scale_gradient(const LayerScaleBackward<T>& pass) {
  const WideRows rows{pass.pixels, pass.channels};
  Scratch scratch = pass.scratch;
  T* const scale = scratch.take<T>(rows.width());
  T* const sums = scratch.take<T>(rows.width());
  std::copy_n(pass.scale, pass.channels, scale);
  rows.repeat(scale);
  sum_channels(rows, 1, sums, scratch, pass.threads, [&](Index begin, Index size, T* to) {
    for_each_pack<T>(size, [&](Index i, Index lanes) {
      const auto dy = Pack<T>::load(pass.dy + begin + i, lanes);
      const auto share = Pack<T>::load(pass.x + begin + i, lanes) * dy;
      (Pack<T>::load(to + i, lanes) + share).store(to + i, lanes);
      if (pass.dx == nullptr) return;
      (Pack<T>::load(scale + i, lanes) * dy).store(pass.dx + begin + i, lanes);
    });
  });
  if (pass.scale_gradient != nullptr) std::copy_n(sums, pass.channels, pass.scale_gradient);
}

}  // namespace TWEED_NAMESPACE::kernels
