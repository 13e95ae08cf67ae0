#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/augment/image_box.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>

namespace TWEED_NAMESPACE {

/// Overwrites a square of each image with zeros. Its middle is any pixel, so that a part of it may
/// lie outside (DeVries and Taylor, *Improved Regularization of Convolutional Neural Networks with
/// Cutout*, 2017, who took 16 pixels for images of 32).
struct Cutout {
  Index size = 8;      ///< in pixels, at least 1 and at most the images' smaller side
  double value = 0.0;  ///< what comes in, finite

  /// Throws Error where the square is larger than images of this shape.
  void check(const Shape& samples) const {
    detail::check_option("Cutout", "value", value, {});
    const Index most = std::min(samples.height, samples.width);
    if (size >= 1 && size <= most) return;
    throw Error(detail::text("Cutout: size is ", size, ", it must be 1 to ", most,
                             " for images of ", to_string(samples)));
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    const Shape& shape = pass.x.shape;
    check(shape);
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      detail::Draws draws(pass.key, i);
      const Index top = draws.below(shape.height) - size / 2;
      const Index left = draws.below(shape.width) - size / 2;
      const detail::ImageBox square{top, left, top + size, left + size};
      detail::fill_box(shape, square.within(shape), static_cast<T>(value), pass.x.sample(i));
    });
  }
};

}  // namespace TWEED_NAMESPACE
