#pragma once

#include <tweed/core/shape.hpp>

#include <limits>

namespace TWEED_NAMESPACE {

/// How well one class was recognised. A ratio without anything to divide by is NaN.
struct ClassMetrics {
  Index samples = 0;    ///< that are of this class
  Index predicted = 0;  ///< that were taken for it
  Index correct = 0;    ///< that are and were

  double precision() const { return ratio(correct, predicted); }  ///< of what was taken for it
  double recall() const { return ratio(correct, samples); }       ///< of what is of it
  double f1() const { return ratio(2 * correct, samples + predicted); }  ///< their harmonic mean
  /// Intersection over union, the Jaccard index: of what is of it or was taken for it.
  double iou() const { return ratio(correct, samples + predicted - correct); }

 private:
  static double ratio(Index part, Index all) {
    if (all == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(part) / static_cast<double>(all);
  }
};

}  // namespace TWEED_NAMESPACE
