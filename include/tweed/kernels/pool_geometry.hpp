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
  /// Whether a window reaches beyond the zeros around the image.
  constexpr bool has_overhang() const { return rows.overhang > 0 || columns.overhang > 0; }
};

/// The geometry of a pool behind an image of that shape.
constexpr PoolGeometry pool_geometry(const Pool& pool, const Shape& input) {
  const auto& [window, stride, padding, ceil_mode] = pool;
  return {slide(input.height, window.height, stride.height, padding.rows, 1, ceil_mode),
          slide(input.width, window.width, stride.width, padding.columns, 1, ceil_mode),
          input.channels};
}

/// Which tap of its window an output came from, for windows of any size.
using PoolTap = std::uint16_t;

/// The tap of an output that passes no gradient on.
template <class Tap>
inline constexpr Tap no_tap = std::numeric_limits<Tap>::max();

}  // namespace TWEED_NAMESPACE::kernels
