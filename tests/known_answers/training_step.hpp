#pragma once

#include <support/fingerprint.hpp>

#include <array>
#include <cstddef>

namespace tests {

/// What one training step of a network gives; networks.py describes the networks. Tensors stand in
/// the order of their layers: `trained` ones, and `state` ones (mean, variance).
template <std::size_t trained, std::size_t state>
struct TrainingStep {
  double loss;          ///< the mean over the batch
  Fingerprint outputs;  ///< of the training pass
  std::array<Fingerprint, trained> gradients;
  std::array<Fingerprint, state> statistics;  ///< after the step
  Fingerprint inferred;                       ///< outputs of inference, after a step of SGD
};

/// How much each gradient counts in that step of SGD.
inline constexpr double step_learning_rate = 1.0 / 64;

}  // namespace tests
