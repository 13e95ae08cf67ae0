#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// Images [rows,columns,channels,down,across], of all samples together: each pixel is a block of
/// down x across pixels, of which each channel lies in one piece.
struct Blocks {
  Index rows;
  Index columns;
  Index channels;
  Index down;
  Index across;

  constexpr Index block_size() const { return channels * down * across; }
  constexpr Index size() const { return rows * columns * block_size(); }
  /// Numbers in a row of the large image.
  constexpr Index row_size() const { return columns * across * channels; }
};

}  // namespace TWEED_NAMESPACE::kernels
