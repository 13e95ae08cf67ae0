#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/augment/rewrite_images.hpp>
#include <tweed/augment/shift_image.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>

namespace TWEED_NAMESPACE {

/// Pads each image on all sides and cuts a random window of its size out of that: it is moved by up
/// to `padding` pixels each way. It is torchvision's `RandomCrop` with the image's own size, and
/// `padding_mode="reflect"` for `Border::reflection`.
struct RandomCrop {
  Index padding = 4;  ///< at least 0, less than each side of the images
  Border border = Border::zeros;

  /// Throws Error where images of this shape cannot be padded so.
  void check(const Shape& samples) const {
    const Index most = std::min(samples.height, samples.width) - 1;
    if (padding >= 0 && padding <= most) return;
    throw Error(detail::text("RandomCrop: padding is ", padding, ", it must be 0 to ", most,
                             " for images of ", to_string(samples)));
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    const Shape& shape = pass.x.shape;
    check(shape);
    detail::rewrite_images(pass, [&](Index i, const T* from, T* to) {
      detail::Draws draws(pass.key, i);
      const Index down = draws.below(2 * padding + 1) - padding;
      const Index right = draws.below(2 * padding + 1) - padding;
      detail::shift_image(shape, down, right, border, from, to);
    });
  }
};

}  // namespace TWEED_NAMESPACE
