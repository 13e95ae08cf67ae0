#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/shape.hpp>
#include <tweed/core/text.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::detail {

/// Mirrors an image [h,w,c] in place, left to right.
template <class T>
void mirror_image(const Shape& shape, T* image) {
  const Index row_size = shape.width * shape.channels;
  for (Index y = 0; y < shape.height; ++y) {
    T* const row = image + y * row_size;
    for (Index x = 0; x < shape.width / 2; ++x) {
      T* const left = row + x * shape.channels;
      T* const right = row + (shape.width - 1 - x) * shape.channels;
      std::swap_ranges(left, left + shape.channels, right);
    }
  }
}

/// Turns an image [h,w,c] upside down in place.
template <class T>
void mirror_image_vertically(const Shape& shape, T* image) {
  const Index row_size = shape.width * shape.channels;
  for (Index y = 0; y < shape.height / 2; ++y) {
    T* const row = image + y * row_size;
    std::swap_ranges(row, row + row_size, image + (shape.height - 1 - y) * row_size);
  }
}

/// Throws Error, which begins with `who`, for images that are their own mirror image.
[[gnu::cold]] inline void check_width(const char* who, const Shape& shape) {
  if (shape.width > 1) return;
  throw Error(text(who, ": images of ", to_string(shape),
                   " are one pixel wide, there is nothing to mirror"));
}

}  // namespace TWEED_NAMESPACE::detail
