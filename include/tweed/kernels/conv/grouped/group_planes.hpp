#pragma once

#include <tweed/kernels/conv/epilogue.hpp>

#include <algorithm>

/// Images of grouped convolutions as planes with a number for each filter: plane e has for each
/// filter channel e of its group. In a depthwise convolution the image is its only plane.
namespace TWEED_NAMESPACE::kernels::conv {

constexpr bool needs_planes(const Geometry& g) {
  return g.group_channels() > 1 || g.group_filters() > 1;
}

/// Plane e of some rows of an image.
template <class T>
void spread_plane(const Geometry& g, const T* x, const RowRange& rows, Index e, T* plane) {
  const Index pixels = (rows.end - rows.begin) * g.columns.input;
  const T* from = x + rows.begin * g.columns.input * g.channels + e;
  for (Index i = 0; i < pixels * g.groups; ++i, from += g.group_channels()) {
    plane = std::fill_n(plane, g.group_filters(), *from);
  }
}

/// Channel e of each group of an image: in some rows, the sum over the group's filters.
template <class T>
void collect_plane(const Geometry& g, const T* plane, const RowRange& rows, Index e, T* x) {
  const Index pixels = (rows.end - rows.begin) * g.columns.input;
  T* to = x + rows.begin * g.columns.input * g.channels + e;
  for (Index i = 0; i < pixels * g.groups; ++i, to += g.group_channels()) {
    T sum{};
    for (Index f = 0; f < g.group_filters(); ++f) sum += *plane++;
    *to = sum;
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
