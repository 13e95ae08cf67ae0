#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>

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
    const auto correction1 = static_cast<T>(1.0 / (1.0 - std::pow(beta1, t)));
    const auto correction2 = static_cast<T>(1.0 / (1.0 - std::pow(beta2, t)));
    const auto rate = static_cast<T>(learning_rate);
    const auto decay1 = static_cast<T>(beta1);
    const auto decay2 = static_cast<T>(beta2);
    const auto rest1 = static_cast<T>(1.0 - beta1);
    const auto rest2 = static_cast<T>(1.0 - beta2);
    const auto tiny = static_cast<T>(epsilon);
    T* const p = parameters.data();
    const T* const g = gradients.data();
    T* const m = state.first_moment.data();
    T* const v = state.second_moment.data();
    parallel_ranges(
        std::ssize(parameters), kernels::elementwise_grain, threads, [=](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) {
            m[i] = decay1 * m[i] + rest1 * g[i];
            v[i] = decay2 * v[i] + rest2 * g[i] * g[i];
            p[i] -= rate * (m[i] * correction1) / (std::sqrt(v[i] * correction2) + tiny);
          }
        });
  }
};

}  // namespace tweed
