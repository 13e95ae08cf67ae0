#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// One step of Muon for a matrix [rows,columns].
template <class T>
struct MuonStep {
  Index rows;
  Index columns;
  T* parameters;
  const T* gradients;
  T* velocity;
  double learning_rate;  ///< for a matrix of this size
  double momentum;
  bool nesterov;
  Index iterations;
  double epsilon;  ///< the least norm that is divided by
  double kept;     ///< what each parameter is multiplied with before the step: weight decay
  Scratch scratch;
  int threads = 1;
};

}  // namespace TWEED_NAMESPACE::kernels
