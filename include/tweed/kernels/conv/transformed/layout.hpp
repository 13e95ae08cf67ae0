#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/gradient_parts.hpp>
#include <tweed/kernels/conv/planned_batch.hpp>
#include <tweed/kernels/conv/slot_steps.hpp>
#include <tweed/kernels/conv/transform_kind.hpp>
#include <tweed/kernels/product/product_tile.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// The images on one side of a transformed convolution: those of x and dx, or those of y and dy.
struct TransformSide {
  Grid grid;
  Index height;
  Index width;
  Index channels;
  Index padded_channels;  ///< filled up to whole cache lines
  SlotSteps steps;        ///< of a transformed tile
  Index tile_step;        ///< elements from one transformed tile to the next

  constexpr Index image_size() const { return height * width * channels; }
};

/// Sizes of everything in memory. Transformed tiles are stored as [tile][slot][channel], so that a
/// tile is written in one piece and a product walks along all tiles at once; the kernel as
/// [slot][channel][filter]. Tiles, slots of the kernel and groups of slots of a tile lie a cache
/// line apart from whole powers of two, which would share few sets of the cache.
template <class T>
struct TransformLayout {
  TransformKind kind;
  AxisTiling rows;
  AxisTiling columns;
  Index batch;
  Index tiles_per_image;
  TransformSide input;
  TransformSide output;
  BatchParts parts;       ///< whose kernel gradients are summed apart, unless the input is kept
  Index block_tiles;      ///< tiles that are transformed and multiplied together, at most
  bool has_large_kernel;  ///< which is better read once for many tiles than for each few
  bool by_slots;     ///< threads share out the slots of a block, and not the tiles of the batch
  bool keeps_input;  ///< the transform of x from forward to backward, and does not make it again

  [[gnu::cold]] constexpr TransformLayout(const TransformKind& kind_, const Geometry& g,
                                          Index batch_)
      : kind(kind_),
        rows(kind_.tiling(g.rows)),
        columns(kind_.tiling(g.columns)),
        batch(batch_),
        tiles_per_image(rows.tiles * columns.tiles),
        input(side(Grid::input, g.rows.input, g.columns.input, g.channels)),
        output(side(Grid::output, g.rows.output, g.columns.output, g.filters)),
        parts(gradient_parts(g, batch, kernel_bytes())),
        block_tiles(0),
        has_large_kernel(kernel_bytes() > (has_few_tiles() ? large_kernel : largest_kernel)),
        by_slots(has_large_kernel ||
                 (batch == 1 && all_bytes() <= static_cast<double>(tile_block()))),
        keeps_input(by_slots || tiles_per_image == 1) {
    const Index tile = tile_bytes();
    if (by_slots) {
      const Index images = std::max<Index>(1, slot_block / (tile * tiles_per_image));
      block_tiles = std::min(batch, images) * tiles_per_image;
    } else {
      const Index fitting = whole_products(tile_block() / tile + rows_of_product / 2);
      block_tiles = std::min(tiles(), std::max(fitting, rows_of_product));
    }
    const Index planned_parts = gradient_parts(g, planned_batch(batch), kernel_bytes()).count();
    keeps_input = keeps_input || all_bytes() < gradient_traffic(planned_parts);
  }

  /// Where block i begins of some that share out `count` tiles: few of a product's tiles are
  /// shared by two of them.
  constexpr Index cut(Index count, Index i, Index blocks) const {
    return std::min(count, whole_products(count * i / blocks + rows_of_product - 1));
  }

  constexpr Index tiles() const { return batch * tiles_per_image; }
  constexpr Index kernel_step() const {
    return input.padded_channels * output.padded_channels + 5 * line;
  }
  /// Where a slot lies in a tile.
  constexpr Index slot_offset(const TransformSide& side, Index slot) const {
    return slot * side.steps.slot + kind.group_of(slot) * side.steps.group;
  }
  constexpr Index kernel_size() const { return kind.slots() * kernel_step(); }

 private:
  static constexpr Index rows_of_product = ProductTile<T>::rows;
  static constexpr Index whole_products(Index tiles) { return tiles - tiles % rows_of_product; }

  static constexpr Index line = alignment / Index{sizeof(T)};
  /// Bytes of a block that one thread works on alone: they stay in its second-level cache. A small
  /// kernel of few slots stays there with a smaller block; a larger one is read again for each.
  constexpr Index tile_block() const {
    constexpr Index small_kernel = Index{1} << 20;
    const bool is_small = kernel_bytes() <= small_kernel;
    const bool is_winograd = kind.family == TransformKind::Family::winograd;
    return is_small && is_winograd ? Index{3} << 18 : Index{3} << 19;
  }
  constexpr Index kernel_bytes() const { return kernel_size() * Index{sizeof(T)}; }
  constexpr Index tile_bytes() const {
    return (input.tile_step + output.tile_step) * Index{sizeof(T)};
  }
  /// Bytes of the tiles of a whole batch, as it is planned: a double, as they may be more than an
  /// integer holds.
  constexpr double all_bytes() const {
    return static_cast<double>(planned_batch(batch)) *
           static_cast<double>(tiles_per_image * tile_bytes());
  }
  /// A kernel larger than this is read too slowly, once for each such block.
  static constexpr Index largest_kernel = Index{12} << 20;
  /// The same where tiles are few, and blocks soon done with them.
  static constexpr Index large_kernel = Index{6} << 20;
  constexpr bool has_few_tiles() const {
    return all_bytes() < 2.0 * static_cast<double>(kernel_bytes());
  }
  /// What it costs to sum the kernel's gradient up block by block and part by part, as bytes of
  /// tiles that would have to be kept instead: a fit to what bench_conv measured.
  constexpr double gradient_traffic(Index planned_parts) const {
    const Index blocks = planned_batch(batch) * tiles_per_image / std::max<Index>(block_tiles, 1);
    return static_cast<double>(kernel_bytes()) *
           static_cast<double>(5 * planned_parts / 4 + blocks / 10);
  }
  /// Bytes of a block that all threads work on together.
  static constexpr Index slot_block = Index{64} << 20;

  constexpr TransformSide side(Grid grid, Index height, Index width, Index channels) const {
    const Index padded = aligned_count<T>(channels);
    const Index tile_step = kind.slots() * padded + kind.groups() * line;
    return {grid, height, width, channels, padded, {padded, line}, tile_step};
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
