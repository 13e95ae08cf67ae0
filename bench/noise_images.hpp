#pragma once

#include "../examples/fashion_mnist/network.hpp"

#include <tweed/tweed.hpp>

#include <cstdint>
#include <iterator>
#include <vector>

namespace tweed::bench {

/// Images of noise in [0, 1) for the reference network, with labels.
struct NoiseImages {
  Buffer<float> pixels;
  std::vector<Label> labels;

  explicit NoiseImages(Index count) : pixels(count * shape.size()) {
    std::uint64_t position = 0;
    for (float& pixel : pixels.values()) {
      pixel = static_cast<float>(random_uniform({.seed = 1}, position++));
    }
    for (Index i = 0; i < count; ++i) labels.push_back(static_cast<Label>(i % 10));
  }

  Batch<const float> images() const { return {pixels.data(), std::ssize(labels), shape}; }
  Batch<const float> image(Index i) const { return {pixels.data() + i * shape.size(), 1, shape}; }

 private:
  static constexpr Shape shape = fashion_mnist::FashionCnn::input;
};

}  // namespace tweed::bench
