#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// Where the slots of a transformed tile lie: `slot` elements apart, and from one of its groups of
/// slots to the next (`TransformKind::group_of`) `group` more, since steps of whole powers of two
/// would share few sets of the cache.
struct SlotSteps {
  Index slot;
  Index group = 0;
};

}  // namespace TWEED_NAMESPACE::kernels::conv
