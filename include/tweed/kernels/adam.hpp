#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/adam_step.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Adam's step in one pass over memory.
template <class T>
void adam(const AdamStep<T>& s) {
  parallel_ranges(s.count, elementwise_grain, s.threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto all = [](double value) { return broadcast(static_cast<T>(value)); };
    const auto decay1 = all(s.beta1), rest1 = all(1.0 - s.beta1), scale1 = all(s.correction1);
    const auto decay2 = all(s.beta2), rest2 = all(1.0 - s.beta2), scale2 = all(s.correction2);
    const auto rate = all(s.learning_rate), tiny = all(s.epsilon);
    const auto kept = all(s.kept);
    T* const p = s.parameters;
    T* const m = s.first_moment;
    T* const v = s.second_moment;
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      const auto gradient = load_part(s.gradients + i, n);
      const auto first = multiply_add(decay1, load_part(m + i, n), multiply(rest1, gradient));
      const auto second =
          multiply_add(decay2, load_part(v + i, n), multiply(multiply(rest2, gradient), gradient));
      const auto root = square_root<T>(multiply(second, scale2));
      const auto step = divide(multiply(rate, multiply(first, scale1)), add(root, tiny));
      store_part(m + i, first, n);
      store_part(v + i, second, n);
      store_part(p + i, subtract(multiply(kept, load_part(p + i, n)), step), n);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
