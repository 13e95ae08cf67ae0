#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// A part of each image of a batch, and where in it the part begins.
struct Box {
  Shape whole;
  Shape part;
  Index row = 0;
  Index column = 0;
  Index channel = 0;

  /// Columns that lie in one piece in both: all of them where they have all channels.
  constexpr Index pieces() const { return part.channels == whole.channels ? 1 : part.width; }
  constexpr Index piece_size() const { return part.width * part.channels / pieces(); }
};

}  // namespace TWEED_NAMESPACE::kernels
