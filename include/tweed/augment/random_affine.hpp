#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/augment/rewrite_images.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>

#include <cmath>
#include <numbers>

namespace TWEED_NAMESPACE {

namespace detail {

/// Turns an image clockwise around its middle, makes it `scale` times as large and moves it, in
/// pixels.
inline kernels::AffineMap affine_map(const Shape& shape, double degrees, double scale, double down,
                                     double right) {
  const double angle = degrees * std::numbers::pi / 180.0;
  const double cosine = std::cos(angle) / scale;
  const double sine = std::sin(angle) / scale;
  const double middle_x = static_cast<double>(shape.width - 1) / 2.0;
  const double middle_y = static_cast<double>(shape.height - 1) / 2.0;
  const double x = middle_x + right;  // where the middle goes
  const double y = middle_y + down;
  return {.xx = cosine,
          .xy = sine,
          .x0 = middle_x - cosine * x - sine * y,
          .yx = -sine,
          .yy = cosine,
          .y0 = middle_y + sine * x - cosine * y};
}

}  // namespace detail

/// Turns, scales and moves each image at random, by numbers that are uniform in their ranges;
/// pixels are interpolated between the four around their place (bilinear), zeros come in. By
/// default nothing is changed. It is torchvision's `RandomAffine` with bilinear interpolation and
/// without shear; `translate` is the same share for both sides, and not rounded to whole pixels.
struct RandomAffine {
  double degrees = 0.0;         ///< turned by up to so many each way, in [0, 180]
  double translate = 0.0;       ///< moved by up to so much of each side each way, in [0, 1]
  double smallest_scale = 1.0;  ///< above 0
  double largest_scale = 1.0;   ///< at least the smallest

  /// Throws Error for options that are out of their ranges.
  void check(const Shape&) const {
    detail::check_option("RandomAffine", "degrees", degrees, {.from = 0, .to = 180});
    detail::check_option("RandomAffine", "translate", translate, {.from = 0, .to = 1});
    detail::check_option("RandomAffine", "smallest_scale", smallest_scale, {.above = 0});
    detail::check_option("RandomAffine", "largest_scale", largest_scale, {.from = smallest_scale});
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    const Shape& shape = pass.x.shape;
    check(shape);
    detail::rewrite_images(pass, [&](Index i, const T* from, T* to) {
      kernels::chosen::warp<T>(shape, draw(pass.key, i, shape), from, to);
    });
  }

  /// What happens to sample `i` of a batch.
  kernels::AffineMap draw(const RandomKey& key, Index i, const Shape& shape) const {
    detail::Draws draws(key, i);
    const double angle = draws.between(-degrees, degrees);
    const double scale = draws.between(smallest_scale, largest_scale);
    const double down = draws.between(-translate, translate) * static_cast<double>(shape.height);
    const double right = draws.between(-translate, translate) * static_cast<double>(shape.width);
    return detail::affine_map(shape, angle, scale, down, right);
  }
};

}  // namespace TWEED_NAMESPACE
