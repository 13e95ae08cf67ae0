#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// Channels of an image [begin, end).
struct ChannelRange {
  Index begin;
  Index end;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
