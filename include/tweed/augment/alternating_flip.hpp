#pragma once

#include <tweed/augment/augment_pass.hpp>
#include <tweed/augment/mirror_image.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>

namespace TWEED_NAMESPACE {

/// Mirrors a random half of the data set's images left to right in the first epoch, the others in
/// the second, and so on: two epochs in a row see both views of each image, where
/// `RandomHorizontalFlip` shows a half of the images the same way again (Jordan, *94% on CIFAR-10
/// in 3.29 Seconds on a Single GPU*, 2024, section 3.6).
struct AlternatingFlip {
  /// Throws Error for images that are one pixel wide.
  void check(const Shape& samples) const { detail::check_width("AlternatingFlip", samples); }

  /// The key's seed and an image's place in the data set decide how it begins. Throws Error where
  /// the pass does not tell the places.
  template <class T>
  void operator()(const AugmentPass<T>& pass) const {
    check(pass.x.shape);
    if (std::ssize(pass.positions) != pass.x.count) {
      throw Error(detail::text("AlternatingFlip: it must know the places of ", pass.x.count,
                               " samples in the data set, AugmentPass::positions has ",
                               std::ssize(pass.positions)));
    }
    RandomKey key = pass.key;
    key.step = 0;
    parallel_for(pass.x.count, pass.threads, [&](Index i, int) {
      const Index position = pass.positions[static_cast<std::size_t>(i)];
      const Index first = random_block(key, static_cast<std::uint64_t>(position))[0] >> 31;
      if ((first + pass.epoch) % 2 == 1) detail::mirror_image(pass.x.shape, pass.x.sample(i));
    });
  }
};

}  // namespace TWEED_NAMESPACE
