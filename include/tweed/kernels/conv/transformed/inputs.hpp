#pragma once

#include <tweed/kernels/conv/transformed/blocks.hpp>
#include <tweed/kernels/conv/transformed/functions.hpp>
#include <tweed/kernels/conv/transformed/memory.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// X of a block's tiles.
template <class T>
EIGEN_DONT_INLINE void transform_inputs(const TransformLayout<T>& l,
                                        const TransformFunctions<T>& functions, const T* images,
                                        const TransformBlock& block,
                                        const TransformMemory<T>& memory, T* x) {
  for_each_tile<T>(block.first, block.end, l.input.padded_channels, block.threads,
                   [&](Index tile, const ChannelRange& channels, int member) {
                     functions.forward_input(
                         l, l.input, images + tile / l.tiles_per_image * l.input.image_size(),
                         tile % l.tiles_per_image, channels,
                         x + (tile - block.first) * l.input.tile_step,
                         memory.rest(block.worker_of(member)));
                   });
}

}  // namespace TWEED_NAMESPACE::kernels::conv
