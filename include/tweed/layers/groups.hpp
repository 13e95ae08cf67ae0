#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE {

/// Cuts the channels and filters of a convolution into so many equal parts; a filter sees the
/// channels of its own part.
struct Groups {
  Index count;
};

}  // namespace TWEED_NAMESPACE
