#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::detail {

/// Some rows and columns of an image.
struct ImageBox {
  Index top = 0;
  Index left = 0;
  Index bottom = 0;  ///< behind the last row
  Index right = 0;   ///< behind the last column

  Index height() const { return bottom - top; }
  Index width() const { return right - left; }
  Index pixels() const { return height() * width(); }

  /// What of it lies in images of that shape.
  ImageBox within(const Shape& shape) const {
    return {std::max<Index>(top, 0), std::max<Index>(left, 0), std::min(bottom, shape.height),
            std::min(right, shape.width)};
  }
};

/// Gives all in the box one value.
template <class T>
void fill_box(const Shape& shape, const ImageBox& box, T value, T* image) {
  for (Index y = box.top; y < box.bottom; ++y) {
    std::fill_n(image + (y * shape.width + box.left) * shape.channels, box.width() * shape.channels,
                value);
  }
}

}  // namespace TWEED_NAMESPACE::detail
