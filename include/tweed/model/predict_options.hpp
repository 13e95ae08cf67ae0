#pragma once

#include <tweed/augment/test_time_view.hpp>
#include <tweed/core/option.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

struct PredictOptions {
  Index batch_size = 100;
  int threads = 0;   ///< 0: all that OpenMP offers
  Index output = 0;  ///< which of the network's outputs `predict_*` return, counted from 0
  /// Test-time augmentation: the network's outputs are the weighted mean over these views of each
  /// image (of several inputs the first), such as `mirrored_views()`. They must be vectors.
  TestTimeViews views = {};
};

namespace detail {

/// The samples of a batch, where there are `size` in all.
inline Index batch_size_for(Index size, const PredictOptions& options) {
  return checked_batch_size("PredictOptions",
                            std::min(options.batch_size, std::max<Index>(size, 1)));
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
