#pragma once

#include <tweed/core/shape.hpp>

namespace tweed::kernels::conv {

/// Channels of an image [begin, end).
struct ChannelRange {
  Index begin;
  Index end;
};

}  // namespace tweed::kernels::conv
