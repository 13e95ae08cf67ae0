#pragma once

#include <tweed/core/shape.hpp>
#include <tweed/kernels/affine_map.hpp>

#include <algorithm>
#include <cmath>

namespace TWEED_NAMESPACE::kernels {

/// The pixel at (from_x, from_y) of an image x [h,w,c], interpolated between the four around it,
/// into y [c]; outside the image all are zero.
template <class T>
void interpolate(const Shape& shape, const T* x, double from_x, double from_y, T* y) {
  const Index channels = shape.channels;
  const bool is_near = from_x > -1.0 && from_x < static_cast<double>(shape.width) &&
                       from_y > -1.0 && from_y < static_cast<double>(shape.height);
  if (!is_near) {
    std::fill_n(y, channels, T{});
    return;
  }
  const double left = std::floor(from_x);
  const double top = std::floor(from_y);
  const T of_right = static_cast<T>(from_x - left);
  const T of_bottom = static_cast<T>(from_y - top);
  const T of_left = T{1} - of_right;
  const T of_top = T{1} - of_bottom;
  const auto column = static_cast<Index>(left);
  const auto row = static_cast<Index>(top);
  if (column >= 0 && column + 1 < shape.width && row >= 0 && row + 1 < shape.height) {
    const T* const upper = x + (row * shape.width + column) * channels;
    const T* const lower = upper + shape.width * channels;
    for (Index c = 0; c < channels; ++c) {
      y[c] = of_top * (of_left * upper[c] + of_right * upper[c + channels]) +
             of_bottom * (of_left * lower[c] + of_right * lower[c + channels]);
    }
    return;
  }
  const auto add = [&](Index at_row, Index at_column, T weight) {
    const bool is_inside =
        at_row >= 0 && at_row < shape.height && at_column >= 0 && at_column < shape.width;
    if (!is_inside) return;
    const T* const from = x + (at_row * shape.width + at_column) * channels;
    for (Index c = 0; c < channels; ++c) y[c] += weight * from[c];
  };
  std::fill_n(y, channels, T{});
  add(row, column, of_top * of_left);
  add(row, column + 1, of_top * of_right);
  add(row + 1, column, of_bottom * of_left);
  add(row + 1, column + 1, of_bottom * of_right);
}

/// An image x [h,w,c] with each pixel taken from where `map` says, into y [h,w,c], another one.
template <class T>
void warp(const Shape& shape, const AffineMap& map, const T* x, T* y) {
  for (Index row = 0; row < shape.height; ++row) {
    for (Index column = 0; column < shape.width; ++column, y += shape.channels) {
      const auto across = static_cast<double>(column);
      const auto down = static_cast<double>(row);
      interpolate(shape, x, map.xx * across + (map.xy * down + map.x0),
                  map.yx * across + (map.yy * down + map.y0), y);
    }
  }
}

}  // namespace TWEED_NAMESPACE::kernels
