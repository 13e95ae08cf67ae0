#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/lion_step.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>
#include <limits>

namespace TWEED_NAMESPACE::kernels {

/// Lion's step in one pass over memory.
template <class T>
void lion(const LionStep<T>& s) {
  parallel_ranges(s.count, elementwise_grain, s.threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto all = [](double value) { return broadcast(static_cast<T>(value)); };
    const auto decay1 = all(s.beta1), rest1 = all(1.0 - s.beta1);
    const auto decay2 = all(s.beta2), rest2 = all(1.0 - s.beta2);
    const auto rate = all(s.learning_rate), kept = all(s.kept), one = all(1.0);
    // Makes each number that is not denormal at least 1 long.
    const auto huge = broadcast(T{1} / std::numeric_limits<T>::min());
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      const auto gradient = load_part(s.gradients + i, n);
      const auto moment = load_part(s.first_moment + i, n);
      const auto towards = multiply_add(decay1, moment, multiply(rest1, gradient));
      const auto at_least = max(multiply(towards, huge), negate(one));
      const auto sign = negate(max(negate(at_least), negate(one)));
      store_part(s.first_moment + i, multiply_add(decay2, moment, multiply(rest2, gradient)), n);
      const auto parameter = multiply(kept, load_part(s.parameters + i, n));
      store_part(s.parameters + i, subtract(parameter, multiply(rate, sign)), n);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
