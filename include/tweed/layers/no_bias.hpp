#pragma once

#include <tweed/core/namespace.hpp>

namespace TWEED_NAMESPACE {

/// A convolution or dense layer without a bias: nothing is added to what the kernel gives. For
/// layers that a normalisation follows, which adds an offset of its own.
struct NoBias {};

}  // namespace TWEED_NAMESPACE
