#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE {

/// An exponential moving average of the weights, and of the state, such as running statistics
/// (Polyak and Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992): the
/// weights themselves after the first step, and then average = decay * average + (1 - decay) *
/// weights after each.
struct WeightAverage {
  double decay = 0.999;  ///< in [0, 1)
};

}  // namespace TWEED_NAMESPACE
