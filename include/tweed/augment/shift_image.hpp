#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

/// What lies outside an image: zeros, or the image mirrored at its outermost pixels, which stand
/// there once (b c | a b c | b a).
enum class Border { zeros, reflection };

namespace detail {

/// Where the pixel at `place` of an axis of so many comes from, if the image is mirrored at its
/// ends.
constexpr Index reflected(Index place, Index size) {
  if (place < 0) return -place;
  return place < size ? place : 2 * (size - 1) - place;
}

/// Copies an image [h,w,c], moved down and to the right where positive, by less than its sides.
template <class T>
void shift_image(const Shape& shape, Index down, Index right, Border border, const T* from, T* to) {
  const Index row_size = shape.width * shape.channels;
  const Index begin = std::max<Index>(right, 0);  // of the columns that lay in the image
  const Index end = std::min(shape.width + right, shape.width);
  const auto fill_column = [&](const T* from_row, T* to_row, Index column) {
    T* const pixel = to_row + column * shape.channels;
    if (border == Border::zeros) {
      std::fill_n(pixel, shape.channels, T{});
    } else {
      const Index source = reflected(column - right, shape.width);
      std::copy_n(from_row + source * shape.channels, shape.channels, pixel);
    }
  };
  for (Index y = 0; y < shape.height; ++y) {
    const bool was_inside = y - down >= 0 && y - down < shape.height;
    T* const to_row = to + y * row_size;
    if (!was_inside && border == Border::zeros) {
      std::fill_n(to_row, row_size, T{});
      continue;
    }
    const T* const from_row = from + reflected(y - down, shape.height) * row_size;
    std::copy_n(from_row + (begin - right) * shape.channels, (end - begin) * shape.channels,
                to_row + begin * shape.channels);
    for (Index column = 0; column < begin; ++column) fill_column(from_row, to_row, column);
    for (Index column = end; column < shape.width; ++column) fill_column(from_row, to_row, column);
  }
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
