#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/beta_draw.hpp>
#include <tweed/core/option.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// Mixes each sample with another one, and their targets likewise: `share` of the one and
/// 1 - `share` of the other (Zhang, Cisse, Dauphin and Lopez-Paz, *mixup: Beyond Empirical Risk
/// Minimization*, 2018). As in torchvision's `MixUp`, a batch has one share, of the distribution
/// Beta(alpha, alpha), and the other sample is the one before in the batch, which is in random
/// order; a sample alone stays as it is. Labels become probabilities of classes, so that the loss
/// must take those, as `SoftmaxCE` does.
struct MixUp {
  double alpha = 1.0;  ///< above 0; 1: all shares are as likely; the smaller, the less is mixed
  double probability = 1.0;  ///< in [0, 1], for each batch

  /// Throws Error for options that are out of their ranges.
  void check(const Shape&) const {
    detail::check_option("MixUp", "alpha", alpha, {.above = 0});
    detail::check_option("MixUp", "probability", probability, {.from = 0, .to = 1});
  }

  template <class T>
  void operator()(const AugmentPass<T>& pass, const Batch<T>& targets) const {
    check(pass.x.shape);
    const double share = draw(pass.key);
    if (share == 1.0) return;
    kernels::chosen::mix_with_previous<T>(share, pass.x, pass.threads);
    if (!targets.empty()) kernels::chosen::mix_with_previous<T>(share, targets, pass.threads);
  }

  /// The share of a batch; 1 if nothing is mixed.
  double draw(const RandomKey& key) const {
    detail::Draws draws(key, 0);
    return draws.happens(probability) ? detail::beta_draw(draws, alpha) : 1.0;
  }
};

}  // namespace TWEED_NAMESPACE
