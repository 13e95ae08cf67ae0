#pragma once

#include <tweed/core/epilogue.hpp>

namespace TWEED_NAMESPACE::kernels {

using tweed::Activation;

/// Elements a thread handles at least, where the work an element is small.
inline constexpr Index elementwise_grain = 16384;

}  // namespace TWEED_NAMESPACE::kernels
