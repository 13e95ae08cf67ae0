#pragma once

#include <tweed/core/shape.hpp>

namespace tweed::kernels {

/// One of the images [pixels,channels] that are put together, or its gradient.
template <class T>
struct JoinPart {
  T* data;
  Index channels;
};

}  // namespace tweed::kernels
