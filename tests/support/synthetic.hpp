#pragma once

#include <tweed/core/random.hpp>
#include <tweed/data/dataset.hpp>

#include <cstdint>

namespace tests {

/// Images of noise with a bright bar whose position is the label: easy to learn, impossible to
/// guess.
inline tweed::Dataset<> bars(tweed::Index count, tweed::Index side, tweed::Label classes,
                             std::uint64_t seed = 0) {
  using tweed::Index;
  tweed::Dataset<> data;
  data.shape = {side, side, 1};
  for (Index n = 0; n < count; ++n) {
    const auto label = static_cast<tweed::Label>(n % classes);
    data.labels.push_back(label);
    for (Index pixel = 0; pixel < side * side; ++pixel) {
      const auto at = static_cast<std::uint64_t>(n * side * side + pixel);
      const double noise = 80.0 * tweed::random_uniform({.seed = seed}, at);
      const double bar = pixel / side == label ? 150.0 : 0.0;
      data.images.push_back(static_cast<std::uint8_t>(noise + bar));
    }
  }
  return data;
}

}  // namespace tests
