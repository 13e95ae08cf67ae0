#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/simd.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = max(0, x); y may be x. A NaN stays one.
template <class T>
void relu(const T* x, T* y, Index count, int threads) {
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) y[i] = x[i] < T{} ? T{} : x[i];
  });
}

/// dx = dy where y > 0, else 0; dx may be dy.
template <class T>
void relu_gradient(const T* y, const T* dy, T* dx, Index count, int threads) {
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    constexpr Index width = simd::width<T>;
    Index i = begin;
    for (; i + width <= end; i += width) {
      simd::store(dx + i, simd::where_positive(simd::load(y + i), simd::load(dy + i)));
    }
    for (; i < end; ++i) dx[i] = y[i] > T{} ? dy[i] : T{};
  });
}

/// dx = dy times the derivative of an activation that is known by its output y; dx may be dy.
template <class T>
void activation_gradient(const Activation& f, const T* y, const T* dy, T* dx, Index count,
                         int threads) {
  if (f.is_relu()) return relu_gradient(y, dy, dx, count, threads);
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    f.function->template loops<T>().gradient(f, y + begin, dy + begin, dx + begin, end - begin);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
