#pragma once

#include <tweed/core/shape.hpp>

#include <vector>

namespace TWEED_NAMESPACE {

/// A step's batch, before the step, and the rate of the step.
struct StepRecord {
  double loss;           ///< mean over the batch
  double accuracy;       ///< share of the batch classified right
  double learning_rate;  ///< 0 where the optimiser has none
};

/// The validation data after that many steps.
struct ValidationRecord {
  Index step;
  double loss;
  double accuracy;
};

/// What training has done so far. The same training gives the same history: no times stand in it.
struct History {
  std::vector<StepRecord> steps;
  std::vector<ValidationRecord> validations;
};

}  // namespace TWEED_NAMESPACE
