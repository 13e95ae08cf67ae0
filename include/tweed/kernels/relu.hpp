#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation_pack.hpp>
#include <tweed/kernels/streaming.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = max(0, x); y may be x. A NaN stays one.
template <class T>
void relu(const T* x, T* y, Index count, int threads) {
  const bool streams = x != y && is_streamed_in_order(y, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      rectified(Pack<T>::load(x + begin + i, lanes), true)
          .store_or_stream(y + begin + i, lanes, streams);
    });
    if (streams) simd::finish_stream();
  });
}

/// dx = dy where y > 0, else 0; dx may be dy.
template <class T>
void relu_gradient(const T* y, const T* dy, T* dx, Index count, int threads) {
  const bool streams = dx != y && dx != dy && is_streamed_in_order(dx, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      const Index at = begin + i;
      where_positive(Pack<T>::load(y + at, lanes), Pack<T>::load(dy + at, lanes))
          .store_or_stream(dx + at, lanes, streams);
    });
    if (streams) simd::finish_stream();
  });
}

/// y = f(x), for an activation that is not a ReLU; y may be x.
template <class T>
void apply_activation(const Activation& f, const T* x, T* y, Index count, int threads) {
  const bool streams = x != y && is_streamed_in_order(y, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    f.function->template loops<T>().value(f, x + begin, y + begin, end - begin, streams);
  });
}

/// dx = dy times the derivative of an activation, from its output where it is known by that, else
/// from its input; dx may be dy.
template <class T>
void activation_gradient(const Activation& f, const T* from, const T* dy, T* dx, Index count,
                         int threads) {
  if (f.is_relu()) return relu_gradient(from, dy, dx, count, threads);
  const bool streams = dx != from && dx != dy && is_streamed_in_order(dx, count);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    f.function->template loops<T>().gradient(f, from + begin, dy + begin, dx + begin, end - begin,
                                             streams);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
