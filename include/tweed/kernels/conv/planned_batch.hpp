#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace TWEED_NAMESPACE::kernels::conv {

/// The batch size for which a convolution's passes are planned: `batch` rounded down to three
/// binary digits. Batches of about the same size run alike, and take the more memory the larger
/// they are.
constexpr Index planned_batch(Index batch) {
  const auto highest_digit = static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(batch)));
  return batch - batch % std::max<Index>(1, highest_digit / 4);
}

/// Calls `body(count)` with the largest of each of the batches up to `batch` that are planned
/// alike.
template <class Body>
constexpr void for_each_planned_batch(Index batch, const Body& body) {
  for (Index count = batch; count >= 0; count = planned_batch(count) - 1) body(count);
}

}  // namespace TWEED_NAMESPACE::kernels::conv
