#pragma once

#include <cstddef>

namespace tests {

/// How often this program has allocated memory with new so far.
long allocations();

/// The size of the largest allocation since the last call, in bytes.
std::size_t largest_allocation();

}  // namespace tests
