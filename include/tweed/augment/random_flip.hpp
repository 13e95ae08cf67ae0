#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/augment/mirror_image.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>

namespace TWEED_NAMESPACE {

/// Mirrors images left to right, as torchvision's `RandomHorizontalFlip` does.
struct RandomHorizontalFlip {
  double probability = 0.5;  ///< in [0, 1], for each image

  /// Throws Error for images that are one pixel wide.
  void check(const Shape& samples) const {
    detail::check_option("RandomHorizontalFlip", "probability", probability, {.from = 0, .to = 1});
    detail::check_width("RandomHorizontalFlip", samples);
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    check(pass.x.shape);
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      if (!detail::Draws(pass.key, i).happens(probability)) return;
      detail::mirror_image(pass.x.shape, pass.x.sample(i));
    });
  }
};

/// Turns images upside down, as torchvision's `RandomVerticalFlip` does.
struct RandomVerticalFlip {
  double probability = 0.5;  ///< in [0, 1], for each image

  /// Throws Error for images that are one pixel high.
  void check(const Shape& samples) const {
    detail::check_option("RandomVerticalFlip", "probability", probability, {.from = 0, .to = 1});
    if (samples.height > 1) return;
    throw Error(detail::text("RandomVerticalFlip: images of ", to_string(samples),
                             " are one pixel high, there is nothing to mirror"));
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    check(pass.x.shape);
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      if (!detail::Draws(pass.key, i).happens(probability)) return;
      detail::mirror_image_vertically(pass.x.shape, pass.x.sample(i));
    });
  }
};

}  // namespace TWEED_NAMESPACE
