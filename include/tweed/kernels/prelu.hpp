#pragma once

#include <tweed/kernels/channel_sums.hpp>
#include <tweed/kernels/prelu_pass.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// The slopes [width] of a row.
template <class T>
T* slopes_of_row(const WideRows& rows, const T* slopes, bool shares_slope, Scratch& scratch) {
  T* const all = scratch.take<T>(rows.width());
  for (Index c = 0; c < rows.channels; ++c) all[c] = slopes[shares_slope ? 0 : c];
  rows.repeat(all);
  return all;
}

}  // namespace detail

template <class T>
void prelu(const PReLUForward<T>& pass) {
  const WideRows rows{pass.pixels, pass.channels};
  Scratch scratch = pass.scratch;
  const T* const slopes = detail::slopes_of_row(rows, pass.slopes, pass.shares_slope, scratch);
  const bool streams =
      pass.x != pass.y && is_streamed_in_order(pass.y, rows.width(), pass.pixels * pass.channels);
  const auto slope_row = [&](Index row) {
    const Index begin = rows.begin(row);
    for_each_pack<T>(rows.size(row), [&](Index i, Index lanes) {
      const auto x = Pack<T>::load(pass.x + begin + i, lanes);
      const auto sloped = Pack<T>::load(slopes + i, lanes) * x;
      select(less(x, Pack<T>::zero()), sloped, x)
          .store_or_stream(pass.y + begin + i, lanes, streams);
    });
  };
  for_each_row(rows, pass.threads, slope_row, FinishStream{streams});
}

template <class T>
void prelu_gradient(const PReLUBackward<T>& pass) {
  const WideRows rows{pass.pixels, pass.channels};
  Scratch scratch = pass.scratch;
  const T* const slopes = detail::slopes_of_row(rows, pass.slopes, pass.shares_slope, scratch);
  T* const sums = scratch.take<T>(rows.width());
  sum_channels(rows, 1, sums, scratch, pass.threads, [&](Index begin, Index size, T* to) {
    for_each_pack<T>(size, [&](Index i, Index lanes) {
      const auto x = Pack<T>::load(pass.x + begin + i, lanes);
      const auto dy = Pack<T>::load(pass.dy + begin + i, lanes);
      const auto share = select(less(x, Pack<T>::zero()), x * dy, Pack<T>::zero());
      (Pack<T>::load(to + i, lanes) + share).store(to + i, lanes);
      if (pass.dx == nullptr) return;
      const auto sloped = Pack<T>::load(slopes + i, lanes) * dy;
      select(less(Pack<T>::zero(), x), dy, sloped).store(pass.dx + begin + i, lanes);
    });
  });
  if (pass.slope_gradient == nullptr) return;
  if (!pass.shares_slope) {
    std::copy_n(sums, pass.channels, pass.slope_gradient);
    return;
  }
  double sum = 0.0;
  for (Index c = 0; c < pass.channels; ++c) sum += static_cast<double>(sums[c]);
  pass.slope_gradient[0] = static_cast<T>(sum);
}

}  // namespace TWEED_NAMESPACE::kernels
