#pragma once

#include <tweed/kernels/conv/padded_copy.hpp>

namespace tweed::kernels::conv {

/// An image with the zeros that windows over its edges read, laid out so that what one tap reads
/// for the pixels of an output row lies side by side: [row][channel][column % stride][column /
/// stride].
struct TapPlanes {
  Index plane;  ///< elements of a row in one channel and one remainder of the column
  Index row;    ///< elements from one row to the next
  Index size;   ///< elements

  explicit constexpr TapPlanes(const Geometry& g)
      : plane((padded_extent(g.columns) + g.columns.stride - 1) / g.columns.stride),
        row(g.channels * g.columns.stride * plane),
        size(padded_extent(g.rows) * row) {}

  /// Where each number of a filter finds what it is multiplied with, from the first of its output
  /// pixel on: [kh,kw,c].
  void put_offsets(const Geometry& g, Index* to) const {
    const Index stride = g.columns.stride;
    for (Index i = 0; i < g.rows.window; ++i) {
      for (Index j = 0; j < g.columns.window; ++j) {
        for (Index c = 0; c < g.channels; ++c) {
          *to++ = i * row + (c * stride + j % stride) * plane + j / stride;
        }
      }
    }
  }

  template <class T>
  void put(const Geometry& g, const T* x, T* to) const {
    const Index stride = g.columns.stride;
    std::fill_n(to, size, T{});
    to += g.rows.before * row;
    for (Index r = 0; r < g.rows.input; ++r, x += g.columns.input * g.channels, to += row) {
      for (Index c = 0; c < g.channels; ++c) {
        for (Index first = 0; first < std::min(stride, g.columns.input); ++first) {
          const Index column = g.columns.before + first;
          put_each(x + first * g.channels + c, stride * g.channels,
                   (g.columns.input - first + stride - 1) / stride,
                   to + (c * stride + column % stride) * plane + column / stride);
        }
      }
    }
  }

 private:
  template <class T>
  static void put_each(const T* from, Index step, Index count, T* to) {
    if (step == 1) {
      std::copy_n(from, count, to);
      return;
    }
    for (Index i = 0; i < count; ++i) to[i] = from[i * step];
  }
};

}  // namespace tweed::kernels::conv
