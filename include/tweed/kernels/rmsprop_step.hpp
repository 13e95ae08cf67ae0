#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of RMSprop over `count` parameters.
template <class T>
struct RmspropStep {
  Index count;
  T* parameters;
  const T* gradients;
  T* mean_of_squares;
  T* mean;      ///< of the gradients; null unless centred
  T* velocity;  ///< null without momentum
  double learning_rate;
  double decay;
  double momentum;
  double epsilon;
  double kept = 1.0;  ///< what each parameter is multiplied with before the step: weight decay
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
