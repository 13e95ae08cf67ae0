#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/draws.hpp>
#include <tweed/augment/image_box.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>

#include <cmath>

namespace TWEED_NAMESPACE {

/// Overwrites a random box of some images with a value (Zhong, Zheng, Kang, Li and Yang, *Random
/// Erasing Data Augmentation*, 2017). Options, defaults and the choice of the box are those of
/// torchvision's `RandomErasing`, which can also take noise as the value: its area is uniform in
/// its range, the logarithm of its ratio too; where ten such boxes are each as high or as wide as
/// the image, it stays as it is.
struct RandomErasing {
  double probability = 0.5;     ///< in [0, 1], for each image
  double smallest_area = 0.02;  ///< of the image's, above 0
  double largest_area = 0.33;   ///< at least the smallest, at most 1
  double smallest_ratio = 0.3;  ///< of height to width, above 0
  double largest_ratio = 3.3;   ///< at least the smallest
  double value = 0.0;           ///< what comes in, finite

  /// Throws Error for options that are out of their ranges.
  void check(const Shape&) const {
    const auto require = [](const char* name, double of, const detail::OptionRange& range) {
      detail::check_option("RandomErasing", name, of, range);
    };
    require("probability", probability, {.from = 0, .to = 1});
    require("smallest_area", smallest_area, {.above = 0});
    require("largest_area", largest_area, {.from = smallest_area, .to = 1});
    require("smallest_ratio", smallest_ratio, {.above = 0});
    require("largest_ratio", largest_ratio, {.from = smallest_ratio});
    require("value", value, {});
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    check(pass.x.shape);
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      const detail::ImageBox box = draw(pass.key, i, pass.x.shape);
      detail::fill_box(pass.x.shape, box, static_cast<T>(value), pass.x.sample(i));
    });
  }

  /// What is overwritten of sample `i` of a batch; empty if nothing is.
  detail::ImageBox draw(const RandomKey& key, Index i, const Shape& shape) const {
    detail::Draws draws(key, i);
    if (!draws.happens(probability)) return {};
    const auto pixels = static_cast<double>(shape.height * shape.width);
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double area = pixels * draws.between(smallest_area, largest_area);
      const double ratio =
          std::exp(draws.between(std::log(smallest_ratio), std::log(largest_ratio)));
      const double height = std::round(std::sqrt(area * ratio));
      const double width = std::round(std::sqrt(area / ratio));
      const bool fits =
          height < static_cast<double>(shape.height) && width < static_cast<double>(shape.width);
      if (!fits) continue;
      const auto rows = static_cast<Index>(height);
      const auto columns = static_cast<Index>(width);
      const Index top = draws.below(shape.height - rows + 1);
      const Index left = draws.below(shape.width - columns + 1);
      return {top, left, top + rows, left + columns};
    }
    return {};
  }
};

}  // namespace TWEED_NAMESPACE
