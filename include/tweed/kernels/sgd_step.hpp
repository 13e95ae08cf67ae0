#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of stochastic gradient descent over `count` parameters.
template <class T>
struct SgdStep {
  Index count;
  T* parameters;
  const T* gradients;
  T* velocity;  ///< null without momentum
  double learning_rate;
  double momentum;
  bool nesterov;
  double kept = 1.0;  ///< what each parameter is multiplied with before the step: weight decay
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
