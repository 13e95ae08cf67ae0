#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/sgd_step.hpp>

namespace TWEED_NAMESPACE::kernels {

/// A step of stochastic gradient descent in one pass over memory.
template <class T>
void sgd(const SgdStep<T>& s) {
  const auto rate = static_cast<T>(s.learning_rate);
  const auto keep = static_cast<T>(s.momentum);
  const auto kept = static_cast<T>(s.kept);
  const bool ahead = s.nesterov;
  T* const p = s.parameters;
  const T* const g = s.gradients;
  T* const v = s.velocity;
  parallel_ranges(s.count, elementwise_grain, s.threads, [=](Index begin, Index end) {
    if (v == nullptr) {
      for (Index i = begin; i < end; ++i) p[i] = kept * p[i] - rate * g[i];
      return;
    }
    for (Index i = begin; i < end; ++i) {
      v[i] = keep * v[i] + g[i];
      p[i] = kept * p[i] - rate * (ahead ? g[i] + keep * v[i] : v[i]);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
