#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

/// Changes each image's brightness, then its contrast, then its saturation, each by a factor that
/// is uniform in [1 - x, 1 + x] with x the option, and at least 0. By default nothing is changed.
/// Factors and what they do are those of torchvision's `ColorJitter`, which takes a random order
/// and can change the hue: values are multiplied by the first, their distances from the image's
/// mean grey by the second and from the pixel's grey by the third, and are kept in a range.
struct ColorJitter {
  double brightness = 0.0;  ///< at least 0
  double contrast = 0.0;    ///< at least 0
  double saturation = 0.0;  ///< at least 0, above it for images of three channels
  double lowest = 0.0;      ///< black, finite
  double highest = 1.0;     ///< white, above black

  /// Throws Error for options that are out of their ranges or have no meaning for such images.
  void check(const Shape& samples) const {
    detail::check_option("ColorJitter", "brightness", brightness, {.from = 0});
    detail::check_option("ColorJitter", "contrast", contrast, {.from = 0});
    detail::check_option("ColorJitter", "saturation", saturation, {.from = 0});
    detail::check_option("ColorJitter", "lowest", lowest, {});
    detail::check_option("ColorJitter", "highest", highest, {.above = lowest});
    if (saturation > 0.0 && samples.channels != 3) {
      throw Error(detail::text("ColorJitter: saturation is ", saturation, ", but images of ",
                               to_string(samples), " do not have the three channels of colours"));
    }
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    check(pass.x.shape);
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      kernels::chosen::adjust_colors<T>(pass.x.shape, draw(pass.key, i), pass.x.sample(i));
    });
  }

  /// What happens to sample `i` of a batch.
  kernels::ColorFactors draw(const RandomKey& key, Index i) const {
    detail::Draws draws(key, i);
    const auto factor = [&](double by) { return draws.between(std::max(1.0 - by, 0.0), 1.0 + by); };
    kernels::ColorFactors factors{.lowest = lowest, .highest = highest};
    factors.brightness = factor(brightness);
    factors.contrast = factor(contrast);
    factors.saturation = factor(saturation);
    return factors;
  }
};

}  // namespace TWEED_NAMESPACE
