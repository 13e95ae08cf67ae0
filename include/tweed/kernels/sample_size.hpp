#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// Sizes of images [n,pixels,c] whose pixels are treated alike within a sample.
struct SampleSize {
  Index batch;
  Index pixels;  ///< of a sample
  Index channels;

  constexpr Index sample_size() const { return pixels * channels; }
};

}  // namespace TWEED_NAMESPACE::kernels
