#pragma once

// The one place that knows about vector registers. Eigen's packet primitives compile to the same
// instructions as intrinsics do (docs/design.md), for every instruction set that Eigen knows.

#include <tweed/kernels/simd/masks.hpp>
#include <tweed/kernels/simd/registers.hpp>
#include <tweed/kernels/simd/whole_numbers.hpp>
