#pragma once

#include <tweed/core/namespace.hpp>

namespace TWEED_NAMESPACE::kernels {

/// What `adjust_colors` does to an image, in this order; a factor of 1 does nothing. After each,
/// what lies outside [lowest, highest] is moved to its ends.
struct ColorFactors {
  double brightness = 1.0;  ///< of all values
  double contrast = 1.0;    ///< of the distance from the image's mean
  double saturation = 1.0;  ///< of the distance from the pixel's grey: for three channels
  double lowest = 0.0;
  double highest = 1.0;
};

}  // namespace TWEED_NAMESPACE::kernels
