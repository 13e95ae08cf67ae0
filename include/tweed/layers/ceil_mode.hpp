#pragma once

#include <tweed/core/namespace.hpp>

namespace TWEED_NAMESPACE {

/// Inputs that are left over at the end of a row or a column get a further window, which reaches
/// over the edge: `MaxPool<3, Stride{2}, CeilMode{}>`. Sizes are rounded up, as with PyTorch's
/// ceil_mode.
struct CeilMode {};

}  // namespace TWEED_NAMESPACE
