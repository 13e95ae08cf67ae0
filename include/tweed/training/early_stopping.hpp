#pragma once

#include <tweed/core/shape.hpp>

#include <limits>

namespace TWEED_NAMESPACE {

/// Ends training once the loss after an epoch (on the validation data or, without any, the mean
/// over the epoch's batches) has not fallen below its best by more than `min_delta` for `patience`
/// epochs: as Keras's callback of that name.
struct EarlyStopping {
  Index patience = 0;        ///< at least 0
  double min_delta = 0.0;    ///< at least 0
  bool restore_best = true;  ///< training then ends with the weights of its best epoch
};

/// The least loss so far, and how many epochs ago that was.
struct BestLoss {
  double loss = std::numeric_limits<double>::infinity();
  Index waited = 0;

  /// Whether `next` is better than all before. NaN never is.
  constexpr bool add(double next, double min_delta) {
    const bool better = next < loss - min_delta;
    waited = better ? 0 : waited + 1;
    if (better) loss = next;
    return better;
  }
};

}  // namespace TWEED_NAMESPACE
