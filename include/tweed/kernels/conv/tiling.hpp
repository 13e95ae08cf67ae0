#pragma once

#include <tweed/core/window.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// What a tile is cut from.
enum class Grid { input, output, kernel };

/// How one axis of an image is cut into tiles of n for a cyclic convolution. Tile t holds the
/// inputs from `t * step - shift` on and gives the outputs `t * step ... t * step + step - 1`; tap
/// i of the kernel lies at position (offset - i) mod n.
struct AxisTiling {
  Index size;  ///< n
  Index tiles;
  Index step;
  Index shift;
  Index offset;

  constexpr Index tap_position(Index tap) const {
    return offset < tap ? offset - tap + size : offset - tap;
  }
};

/// One tile where the whole axis fits, the zeros around it wrapping into each other: nothing is
/// cut, nothing overlaps. Else overlapping tiles of n - window + 1 useful outputs each
/// (overlap-save).
constexpr AxisTiling tile_axis(const SlidingAxis& axis, Index n) {
  const Index needed =
      std::max(axis.before + axis.input, axis.output + axis.window - 1 - axis.before);
  if (needed <= n) return {n, 1, axis.output, 0, axis.before};
  const Index step = n - axis.window + 1;
  return {n, (axis.output + step - 1) / step, step, axis.before, 0};
}

/// The part [begin, end) of a tile's axis that lies inside the image, `first` being where it begins
/// there.
struct TilePart {
  Index begin;
  Index end;
  Index first;
};

/// Of the tile as it covers the input, `input` long.
constexpr TilePart input_part(const AxisTiling& axis, Index tile, Index input) {
  const Index origin = tile * axis.step - axis.shift;
  const Index begin = std::max<Index>(0, -origin);
  return {begin, std::max(begin, std::min(axis.size, input - origin)), origin + begin};
}

/// Of the outputs that the tile gives, of `output` in all.
constexpr TilePart output_part(const AxisTiling& axis, Index tile, Index output) {
  const Index origin = tile * axis.step;
  return {0, std::min(axis.step, output - origin), origin};
}

}  // namespace TWEED_NAMESPACE::kernels::conv
