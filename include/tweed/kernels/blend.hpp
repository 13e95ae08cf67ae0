#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// y [count] = y_factor * y + x_factor * x, for averages and sums of weights and gradients.
template <class T>
void blend(double x_factor, const T* x, double y_factor, T* y, Index count, int threads) {
  parallel_ranges(count, elementwise_grain, threads, [=](Index begin, Index end) {
    using namespace simd;
    const auto of_x = broadcast(static_cast<T>(x_factor));
    const auto of_y = broadcast(static_cast<T>(y_factor));
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      store_part(y + i,
                 multiply_add(of_x, load_part(x + i, n), multiply(of_y, load_part(y + i, n))), n);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
