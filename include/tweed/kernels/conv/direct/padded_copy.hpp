#pragma once

#include <tweed/kernels/conv/geometry.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Rows or columns that all windows over an axis reach, zeros included.
constexpr Index padded_extent(const SlidingAxis& axis) {
  return std::max((axis.output - 1) * axis.stride + axis.window, axis.before + axis.input);
}

/// An image [h,w,c] copied with the zeros that windows over its edges read.
struct PaddedCopy {
  Index row;   ///< elements from one row to the next
  Index size;  ///< elements

  explicit constexpr PaddedCopy(const Geometry& g)
      : row(padded_extent(g.columns) * g.channels), size(padded_extent(g.rows) * row) {}

  template <class T>
  void put(const Geometry& g, const T* x, T* to) const {
    const Index count = g.columns.input * g.channels;
    const Index before = g.columns.before * g.channels;
    T* const end = to + size;
    to = std::fill_n(to, g.rows.before * row, T{});
    for (Index r = 0; r < g.rows.input; ++r, x += count) {
      to = std::fill_n(to, before, T{});
      to = std::copy_n(x, count, to);
      to = std::fill_n(to, row - before - count, T{});
    }
    std::fill(to, end, T{});
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
