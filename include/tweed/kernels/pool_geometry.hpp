#pragma once

#include <tweed/core/epilogue.hpp>

#include <cstdint>
#include <limits>

namespace TWEED_NAMESPACE::kernels {

/// Sizes of a max-pool. Padding never wins: the window sees the inputs alone.
struct PoolGeometry {
  SlidingAxis rows;
  SlidingAxis columns;
  Index channels;

  constexpr Index input_size() const { return rows.input * columns.input * channels; }
  constexpr Index output_size() const { return rows.output * columns.output * channels; }
  constexpr Index window_size() const { return rows.window * columns.window; }
};

/// The geometry of a pool behind an image of that shape.
constexpr PoolGeometry pool_geometry(const Pool& pool, const Shape& input) {
  return {slide(input.height, pool.window.height, pool.stride.height, pool.padding.rows),
          slide(input.width, pool.window.width, pool.stride.width, pool.padding.columns),
          input.channels};
}

/// Which tap of its window an output came from, for windows of any size.
using PoolTap = std::uint16_t;

/// The tap of an output that passes no gradient on.
template <class Tap>
inline constexpr Tap no_tap = std::numeric_limits<Tap>::max();

}  // namespace TWEED_NAMESPACE::kernels
