#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/rmsprop_step.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// RMSprop's step in one pass over memory.
template <class T>
void rmsprop(const RmspropStep<T>& s) {
  parallel_ranges(s.count, elementwise_grain, s.threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto all = [](double value) { return broadcast(static_cast<T>(value)); };
    const auto decay = all(s.decay), rest = all(1.0 - s.decay), zero = all(0.0);
    const auto rate = all(s.learning_rate), tiny = all(s.epsilon);
    const auto momentum = all(s.momentum), kept = all(s.kept);
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      const auto gradient = load_part(s.gradients + i, n);
      const auto squares = multiply_add(decay, load_part(s.mean_of_squares + i, n),
                                        multiply(multiply(rest, gradient), gradient));
      store_part(s.mean_of_squares + i, squares, n);
      auto variance = squares;
      if (s.mean != nullptr) {
        const auto before = load_part(s.mean + i, n);
        const auto mean = multiply_add(rest, subtract(gradient, before), before);
        store_part(s.mean + i, mean, n);
        variance = max(subtract(squares, multiply(mean, mean)), zero);  // but for rounding
      }
      auto step = divide(gradient, add(square_root<T>(variance), tiny));
      if (s.velocity != nullptr) {
        step = multiply_add(momentum, load_part(s.velocity + i, n), step);
        store_part(s.velocity + i, step, n);
      }
      const auto parameter = multiply(kept, load_part(s.parameters + i, n));
      store_part(s.parameters + i, subtract(parameter, multiply(rate, step)), n);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
