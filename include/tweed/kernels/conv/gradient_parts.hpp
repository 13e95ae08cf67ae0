#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/geometry.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace TWEED_NAMESPACE::kernels::conv {

/// The parts of a batch in which a kernel's gradient is summed, each in memory of `part_bytes`. Few
/// do for a small batch. Each of more has so much to do that it is worth a thread of its own, and
/// all have room in so much memory. They are twice as many, or twice that, so that threads which
/// shared out the few evenly do so with more.
constexpr BatchParts gradient_parts(const Geometry& g, Index batch, Index part_bytes) {
  constexpr double work = Index{1} << 27;  // multiply-adds
  constexpr Index memory = Index{64} << 20;
  constexpr double most = 4096.0;
  const double all = static_cast<double>(batch) * static_cast<double>(g.multiplications());
  const auto parts = static_cast<Index>(std::min(all / work, most));
  const Index fitting = std::min(parts, memory / std::max<Index>(part_bytes, 1));
  const auto rounded = static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(fitting)));
  return {batch, std::max(max_batch_parts, rounded)};
}

}  // namespace TWEED_NAMESPACE::kernels::conv
