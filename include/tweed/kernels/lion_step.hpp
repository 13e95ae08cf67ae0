#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of Lion over `count` parameters.
template <class T>
struct LionStep {
  Index count;
  T* parameters;
  const T* gradients;
  T* first_moment;
  double learning_rate;
  double beta1;
  double beta2;
  double kept = 1.0;  ///< what each parameter is multiplied with before the step: weight decay
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
