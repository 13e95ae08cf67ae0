#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of Adam over `count` parameters.
template <class T>
struct AdamStep {
  Index count;
  T* parameters;
  const T* gradients;
  T* first_moment;
  T* second_moment;
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
  double correction1;  ///< 1 / (1 - beta1^t)
  double correction2;  ///< 1 / (1 - beta2^t)
  double kept = 1.0;   ///< what each parameter is multiplied with before the step: weight decay
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
