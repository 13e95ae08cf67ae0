#pragma once

#include <tweed/core/namespace.hpp>

namespace TWEED_NAMESPACE::kernels {

/// Where an image that is warped takes its pixels from: that at (x, y) from (xx x + xy y + x0,
/// yx x + yy y + y0), in pixels, counted from the middle of the first one.
struct AffineMap {
  double xx = 1.0;
  double xy = 0.0;
  double x0 = 0.0;
  double yx = 0.0;
  double yy = 1.0;
  double y0 = 0.0;
};

}  // namespace TWEED_NAMESPACE::kernels
