#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/kernels/affine_map.hpp>

#include <algorithm>
#include <cmath>

namespace TWEED_NAMESPACE::kernels {

/// An image x [h,w,c] moved into y [h,w,c], another one: each pixel is interpolated between the
/// four around the place that it comes from, and outside the image all are zero.
template <class T>
void warp(const Shape& shape, const AffineMap& map, const T* x, T* y) {
  const auto add = [&](Index row, Index column, T weight) {
    if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) return;
    const T* const from = x + (row * shape.width + column) * shape.channels;
    for (Index c = 0; c < shape.channels; ++c) y[c] += weight * from[c];
  };
  for (Index row = 0; row < shape.height; ++row) {
    for (Index column = 0; column < shape.width; ++column, y += shape.channels) {
      std::fill_n(y, shape.channels, T{});
      const auto across = static_cast<double>(column);
      const auto down = static_cast<double>(row);
      const double from_x = map.xx * across + (map.xy * down + map.x0);
      const double from_y = map.yx * across + (map.yy * down + map.y0);
      const bool is_inside = from_x > -1.0 && from_x < static_cast<double>(shape.width) &&
                             from_y > -1.0 && from_y < static_cast<double>(shape.height);
      if (!is_inside) continue;
      const double left = std::floor(from_x);
      const double top = std::floor(from_y);
      const T of_right = static_cast<T>(from_x - left);
      const T of_bottom = static_cast<T>(from_y - top);
      const auto first_column = static_cast<Index>(left);
      const auto first_row = static_cast<Index>(top);
      add(first_row, first_column, (T{1} - of_bottom) * (T{1} - of_right));
      add(first_row, first_column + 1, (T{1} - of_bottom) * of_right);
      add(first_row + 1, first_column, of_bottom * (T{1} - of_right));
      add(first_row + 1, first_column + 1, of_bottom * of_right);
    }
  }
}

}  // namespace TWEED_NAMESPACE::kernels
