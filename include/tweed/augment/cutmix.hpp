#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/beta_draw.hpp>
#include <tweed/augment/image_box.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <cmath>

namespace TWEED_NAMESPACE {

/// Overwrites a box of each image with that of another one, and mixes their targets by its share of
/// the pixels (Yun, Han, Oh, Chun, Choe and Yoo, *CutMix*, 2019). As in torchvision's `CutMix`, a
/// batch has one box, whose sides are sqrt(1 - s) of the image's with s of the distribution
/// Beta(alpha, alpha), around any pixel, so that a part of it may lie outside; and the other image
/// is the one before in the batch, which is in random order. Labels become probabilities of
/// classes, so that the loss must take those, as `SoftmaxCE` does.
struct CutMix {
  double alpha = 1.0;        ///< above 0; 1: all sizes are as likely
  double probability = 1.0;  ///< in [0, 1], for each batch

  /// Throws Error for options that are out of their ranges, and for samples of one pixel.
  void check(const Shape& samples) const {
    detail::check_option("CutMix", "alpha", alpha, {.above = 0});
    detail::check_option("CutMix", "probability", probability, {.from = 0, .to = 1});
    if (samples.height > 1 || samples.width > 1) return;
    throw Error(detail::text("CutMix: samples of ", to_string(samples),
                             " are one pixel, of which nothing can be cut; MixUp takes them"));
  }

  /// Throws Error for targets that are images, of which a box would have to be cut, too.
  template <class T>
  void operator()(const AugmentPass<T>& pass, const Batch<T>& targets) const {
    const Batch<T>& x = pass.x;
    check(x.shape);
    if (!targets.empty() && !targets.shape.is_vector()) {
      throw Error(detail::text("CutMix: it cannot mix targets that are images, these are ",
                               to_string(targets.shape), "; MixUp can"));
    }
    const detail::ImageBox box = draw(pass.key, x.shape);
    if (box.pixels() == 0) return;
    parallel_for(box.height(), pass.threads, [&](Index row, int) {
      const Index first = ((box.top + row) * x.shape.width + box.left) * x.shape.channels;
      for (Index i = x.count - 1; i > 0; --i) {  // the last one's goes down to the first
        T* const at = x.sample(i) + first;
        std::swap_ranges(at, at + box.width() * x.shape.channels, x.sample(i - 1) + first);
      }
    });
    const auto pixels = static_cast<double>(x.shape.height * x.shape.width);
    const double share = 1.0 - static_cast<double>(box.pixels()) / pixels;
    if (!targets.empty()) kernels::chosen::mix_with_previous<T>(share, targets, pass.threads);
  }

  /// What is overwritten in a batch.
  detail::ImageBox draw(const RandomKey& key, const Shape& shape) const {
    detail::Draws draws(key, 0);
    if (!draws.happens(probability)) return {};
    const double half = 0.5 * std::sqrt(1.0 - detail::beta_draw(draws, alpha));
    const auto half_of = [&](Index side) {
      return static_cast<Index>(half * static_cast<double>(side));
    };
    const Index column = draws.below(shape.width);
    const Index row = draws.below(shape.height);
    const detail::ImageBox box{row - half_of(shape.height), column - half_of(shape.width),
                               row + half_of(shape.height), column + half_of(shape.width)};
    return box.within(shape);
  }
};

}  // namespace TWEED_NAMESPACE
