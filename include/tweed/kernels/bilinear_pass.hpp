#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/core/shape.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// One axis of an image that grows: which of its pixels lie where. With `aligns_corners` the first
/// and the last pixels of both are at the same places, else the outer edges of these pixels are.
struct BilinearAxis {
  Index small;
  Index large;
  bool aligns_corners;
};

struct BilinearSize {
  BilinearAxis rows;
  BilinearAxis columns;
  Index channels;
};

/// A new pixel between two neighbours: (1 - share) of the first and `share` of the next. At the end
/// of an axis the share is 0.
template <class T>
struct Blend {
  Index first;
  T share;
};

/// Where pixel `o` of the large axis lies, as a fraction of whole numbers.
template <class T>
constexpr Blend<T> blend_of(const BilinearAxis& axis, Index o) {
  Index place = o * (axis.small - 1);
  Index by = std::max<Index>(axis.large - 1, 1);
  if (!axis.aligns_corners) {  // (o + 0.5) * small / large - 0.5
    place = std::max<Index>((2 * o + 1) * axis.small - axis.large, 0);
    by = 2 * axis.large;
  }
  place = std::min(place, (axis.small - 1) * by);
  return {place / by, static_cast<T>(static_cast<double>(place % by) / static_cast<double>(by))};
}

/// From [n,small rows,small columns,c] to [n,large rows,large columns,c], or on the way back the
/// gradient from there to here.
template <class T>
struct BilinearPass {
  BilinearSize size;
  Index batch;
  const T* from;
  T* to;
  Scratch scratch;
  int threads = 1;
};

template <class T>
constexpr Index bilinear_scratch_bytes(const BilinearSize& size, int threads) {
  return Scratch::bytes<Blend<T>>(size.rows.large) + Scratch::bytes<Blend<T>>(size.columns.large) +
         threads * Scratch::bytes<T>(size.columns.large * size.channels);
}

}  // namespace TWEED_NAMESPACE::kernels
