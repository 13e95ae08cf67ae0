#pragma once

#include <tweed/core/shape.hpp>

namespace tweed::kernels {

/// What follows a product: nothing, or max(0, y).
enum class Activation { none, relu };

/// Elements a thread handles at least, where the work an element is small.
inline constexpr Index elementwise_grain = 16384;

}  // namespace tweed::kernels
