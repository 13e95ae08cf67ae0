#pragma once

#include <tweed/augment/augmentation.hpp>
#include <tweed/data/batches.hpp>
#include <tweed/reporting/picture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE::reporting {

/// A training image, and what augmentation makes of it, each time anew.
struct AugmentedImage {
  Index sample = 0;
  Image before = {};
  std::vector<Image> after = {};
};

namespace detail {

/// Whether the samples of a data set are bytes, which networks get as numbers from 0 to 1.
template <class Data>
constexpr bool holds_bytes() {
  if constexpr (requires(const Data& data) { data.images; }) {
    using Values = decltype(std::declval<Data>().images);
    return std::is_same_v<typename Values::value_type, std::uint8_t>;
  } else {
    return false;
  }
}

}  // namespace detail

/// Some images from all over the data of a `Training`, and what its augmentation makes of them:
/// always the same for the same training. Of several inputs it is the first. Empty where there is
/// no augmentation, or samples are no images.
template <class Training>
[[gnu::cold]] std::vector<AugmentedImage> augmented_images(const Training& training) {
  using T = typename Training::Scalar;
  using Data = std::remove_cvref_t<decltype(training.data())>;
  constexpr Index most = 6;
  constexpr Index draws = 5;
  constexpr Index most_pixels = 96;
  const auto& options = training.options();
  const Shape shape = training.model().input_shape();
  if (!options.augmentation || shape.is_vector()) return {};

  const Index samples = training.data().size();
  const Index count = std::min({most, samples, options.batch_size});
  std::vector<AugmentedImage> images;
  std::vector<Index> positions;
  std::vector<Brightness> ranges;
  for (Index i = 0; i < count; ++i) positions.push_back(i * samples / count);
  BatchMemory<Data, T> memory(training.data(), count);
  std::vector<T> scratch(static_cast<std::size_t>(shape.size()));
  for (Index draw = -1; draw < draws; ++draw) {
    const Batch<T> x = memory.fill(positions, 1).x;
    if (draw >= 0) {
      const RandomKey key{.seed = options.seed,
                          .step = static_cast<std::uint64_t>(draw),
                          .use = RandomUse::augment};
      options.augmentation(AugmentPass<T>{
          .x = x, .key = key, .epoch = draw, .positions = positions, .scratch = scratch});
    }
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const T* const first = x.sample(static_cast<Index>(i));
      const std::vector<float> values(first, first + shape.size());
      if (draw < 0) {
        ranges.push_back(detail::holds_bytes<Data>() ? Brightness{} : brightness_of(values, shape));
        images.push_back({.sample = positions[i]});
      }
      Image image = page_sized(picture_of(values, shape, ranges[i]), most_pixels);
      if (draw < 0) {
        images[i].before = std::move(image);
      } else {
        images[i].after.push_back(std::move(image));
      }
    }
  }
  return images;
}

}  // namespace TWEED_NAMESPACE::reporting
