#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::detail {

/// A parallel loop over [0, count) as those see it who run it. `run` calls the body for all from i
/// on, and leaves in i where one threw.
struct ParallelLoop {
  Index count;
  const void* body;
  void (*run)(const void* body, Index& i, Index end, int worker);
};

}  // namespace TWEED_NAMESPACE::detail
