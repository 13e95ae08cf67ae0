#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>

namespace tweed {

/// Adam (Kingma and Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, Algorithm 1), with
/// the bias correction as published.
struct Adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  /// The moments of each parameter, and how many steps they have seen.
  template <class T>
  struct State {
    Buffer<T> first_moment;
    Buffer<T> second_moment;
    Index step = 0;
  };

  /// For `size` parameters.
  template <class T>
  State<T> make_state(Index size) const {
    return {Buffer<T>(size), Buffer<T>(size)};
  }

  /// One step: changes `parameters` against `gradients`, in one pass over memory.
  template <class T>
  void update(State<T>& state, std::span<T> parameters,
              std::span<const std::type_identity_t<T>> gradients, int threads) const {
    ++state.step;
    const auto t = static_cast<double>(state.step);
    const double correction1 = 1.0 / (1.0 - std::pow(beta1, t));
    const double correction2 = 1.0 / (1.0 - std::pow(beta2, t));
    T* const p = parameters.data();
    const T* const g = gradients.data();
    T* const m = state.first_moment.data();
    T* const v = state.second_moment.data();
    const auto update_range = [=, this](Index begin, Index end) {
      using namespace kernels::simd;
      const auto all = [](double value) { return broadcast(static_cast<T>(value)); };
      const auto decay1 = all(beta1), rest1 = all(1.0 - beta1), scale1 = all(correction1);
      const auto decay2 = all(beta2), rest2 = all(1.0 - beta2), scale2 = all(correction2);
      const auto rate = all(learning_rate), tiny = all(epsilon);
      for (Index i = begin; i < end; i += width<T>) {
        const Index n = std::min(width<T>, end - i);
        const auto gradient = load_part(g + i, n);
        const auto first = multiply_add(decay1, load_part(m + i, n), multiply(rest1, gradient));
        const auto second = multiply_add(decay2, load_part(v + i, n),
                                         multiply(multiply(rest2, gradient), gradient));
        const auto root = square_root<T>(multiply(second, scale2));
        const auto step = divide(multiply(rate, multiply(first, scale1)), add(root, tiny));
        store_part(m + i, first, n);
        store_part(v + i, second, n);
        store_part(p + i, subtract(load_part(p + i, n), step), n);
      }
    };
    parallel_ranges(std::ssize(parameters), kernels::elementwise_grain, threads, update_range);
  }
};

}  // namespace tweed
