#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/adagrad_step.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Adagrad's step in one pass over memory.
template <class T>
void adagrad(const AdagradStep<T>& s) {
  parallel_ranges(s.count, elementwise_grain, s.threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto all = [](double value) { return broadcast(static_cast<T>(value)); };
    const auto rate = all(s.learning_rate), tiny = all(s.epsilon), kept = all(s.kept);
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      const auto gradient = load_part(s.gradients + i, n);
      const auto sum = multiply_add(gradient, gradient, load_part(s.sum_of_squares + i, n));
      const auto step = divide(multiply(rate, gradient), add(square_root<T>(sum), tiny));
      store_part(s.sum_of_squares + i, sum, n);
      store_part(s.parameters + i, subtract(multiply(kept, load_part(s.parameters + i, n)), step),
                 n);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
