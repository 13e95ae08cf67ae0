#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/pool_window.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::detail {

/// What the sum of a window is divided by: the number of inputs that it sees, or of those and the
/// zeros around the image, or 1.
enum class Divisor { inputs, padded_taps, one };

template <class T>
T window_weight(const WindowPart& part, Divisor divisor) {
  if (divisor == Divisor::one) return T{1};
  const bool counts_padding = divisor == Divisor::padded_taps;
  return T{1} / static_cast<T>(counts_padding ? part.padded_taps : part.rows * part.columns);
}

template <bool two_by_two, class T>
EIGEN_DONT_INLINE void sum_window_rows(const PoolGeometry& g, Index row, Divisor divisor,
                                       const T* x, T* y) {
  for_each_output<two_by_two, T>(
      g, row, row + 1, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        auto sum = Pack<T>::zero();
        for_each_tap<T>(part, g.channels, [&](Index input, const Pack<T>&) {
          sum = sum + Pack<T>::load(x + c + input, lanes);
        });
        (window_weight<T>(part, divisor) * sum).store(y + output, lanes);
      });
}

template <bool two_by_two, class T>
EIGEN_DONT_INLINE void spread_window_rows(const PoolGeometry& g, Index begin, Index end,
                                          Divisor divisor, bool adds, bool streams, const T* dy,
                                          T* dx) {
  for_each_output<two_by_two, T>(
      g, begin, end, [&](const WindowPart& part, Index output, Index c, Index lanes) {
        const auto share = window_weight<T>(part, divisor) * Pack<T>::load(dy + output, lanes);
        for_each_tap<T>(part, g.channels, [&](Index input, const Pack<T>&) {
          T* const to = dx + c + input;
          (adds ? share + Pack<T>::load(to, lanes) : share).store_or_stream(to, lanes, streams);
        });
      });
}

/// y [n,oh,ow,c] = the weighted sum of each window of x [n,h,w,c]; what is padding counts nothing.
template <class T>
void sum_windows(const PoolGeometry& g, Index batch, Divisor divisor, const T* x, T* y,
                 int threads) {
  const auto sum_row = takes_pairs(g) ? sum_window_rows<true, T> : sum_window_rows<false, T>;
  parallel_for(batch * g.rows.output, threads, [&](Index i, int) {
    const Index n = i / g.rows.output;
    sum_row(g, i % g.rows.output, divisor, x + n * g.input_size(), y + n * g.output_size());
  });
}

/// dx [n,h,w,c] = the weighted sum of the dy [n,oh,ow,c] of all windows that saw the input.
template <class T>
void spread_windows(const PoolGeometry& g, Index batch, Divisor divisor, const T* dy, T* dx,
                    int threads) {
  const auto spread = takes_pairs(g) ? spread_window_rows<true, T> : spread_window_rows<false, T>;
  const bool adds = !tiles_exactly(g);
  const bool streams = !adds && g.channels % line_length<T> == 0 &&
                       is_streamed_in_order(dx, g.channels, batch * g.input_size());
  // Rows of windows that share no input can be written by different threads.
  const Index parts = adds ? 1 : g.rows.output;
  parallel_for(batch * parts, threads, [&](Index i, int) {
    const Index n = i / parts;
    const Index part = i % parts;
    T* const to = dx + n * g.input_size();
    if (adds) std::fill_n(to, g.input_size(), T{});
    spread(g, g.rows.output * part / parts, g.rows.output * (part + 1) / parts, divisor, adds,
           streams, dy + n * g.output_size(), to);
    if (streams) simd::finish_stream();
  });
}

}  // namespace TWEED_NAMESPACE::kernels::detail
