#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of Adagrad over `count` parameters.
template <class T>
struct AdagradStep {
  Index count;
  T* parameters;
  const T* gradients;
  T* sum_of_squares;
  double learning_rate;
  double epsilon;
  double kept = 1.0;  ///< what each parameter is multiplied with before the step: weight decay
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
