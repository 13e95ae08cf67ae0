#pragma once

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels::conv {

/// Filters side by side in registers, in pairs of them where there are as many; rows of memory are
/// filled up with zeros to whole registers.
template <class T>
struct FilterTiles {
  static constexpr Index width = Pack<T>::width;

  static constexpr Index padded_filters(const Geometry& g) {
    return (g.filters + width - 1) / width * width;
  }
  /// Numbers of a kernel with padded rows; none where it needs no padding.
  static constexpr Index padded_kernel_size(const Geometry& g) {
    return g.filters == padded_filters(g) ? 0 : g.taps() * g.channels * padded_filters(g);
  }

  EIGEN_DONT_INLINE static void pad_rows(const T* from, Index rows, const Geometry& g, T* to) {
    for (Index r = 0; r < rows; ++r, from += g.filters, to += padded_filters(g)) {
      for (Index f = 0; f < g.filters; f += width) {
        Pack<T>::load(from + f, std::min(width, g.filters - f)).store(to + f);
      }
    }
  }

  /// Calls `body(registers, first filter)`.
  template <class Body>
  static void for_each(const Geometry& g, const Body& body) {
    Index f = 0;
    for (; f + width < g.filters; f += 2 * width) {
      body(std::integral_constant<Index, 2>{}, f);
    }
    if (f < g.filters) body(std::integral_constant<Index, 1>{}, f);
  }
};

/// Calls `body` with the first constant that is not above `value`.
template <Index first, Index... others, class Body>
void with_tile_of(Index value, const Body& body) {
  if constexpr (sizeof...(others) == 0) {
    body(std::integral_constant<Index, first>{});
  } else {
    if (value >= first) return body(std::integral_constant<Index, first>{});
    with_tile_of<others...>(value, body);
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
