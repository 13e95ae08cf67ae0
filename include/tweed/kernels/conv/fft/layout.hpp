#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/fft/tile_spectrum.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/tiling.hpp>

#include <algorithm>
#include <array>

namespace tweed::kernels::fft {

/// Transform sizes there are.
inline constexpr std::array<Index, 4> sizes = {8, 9, 16, 32};

/// The size that leaves the fewest numbers to multiply, or 0 where the kernel is larger than any.
constexpr Index best_size(const conv::Geometry& g) {
  Index best = 0;
  Index least = 0;
  for (const Index n : sizes) {
    if (n < g.rows.window || n < g.columns.window) continue;
    const Index tiles = conv::tile_axis(g.rows, n).tiles * conv::tile_axis(g.columns, n).tiles;
    if (best == 0 || tiles * n * n < least) {
      best = n;
      least = tiles * n * n;
    }
  }
  return best;
}

/// The images on one side of the convolution: those of x and dx, or those of y and dy.
struct Side {
  Index height;
  Index width;
  Index channels;
  Index padded_channels;  ///< filled up to whole vectors
  Index slot_step;        ///< elements from one slot of a block of tiles to the next
  bool is_input;

  constexpr Index image_size() const { return height * width * channels; }
};

/// Sizes of everything in memory. Transforms are stored as [slot][tile][channel], a block of images
/// at a time, and as [slot][channel][filter] for the kernel. Slots lie a cache line apart from
/// whole powers of two, which would share few sets of the cache.
template <class T>
struct Layout {
  Index size;  ///< n of the transform
  conv::AxisTiling rows;
  conv::AxisTiling columns;
  Index batch;
  Index tiles_per_image;
  Index block_images;  ///< images that are transformed and multiplied together
  Index block_tiles;   ///< filled up to whole register tiles
  Side input;
  Side output;
  Index kernel_step;  ///< from one slot of the kernel to the next

  constexpr Layout(const conv::Geometry& g, Index batch_)
      : size(best_size(g)),
        rows(conv::tile_axis(g.rows, size)),
        columns(conv::tile_axis(g.columns, size)),
        batch(batch_),
        tiles_per_image(rows.tiles * columns.tiles),
        block_images(images_in_block(g)),
        block_tiles((block_images * tiles_per_image + 3) / 4 * 4),
        input(side(g.rows.input, g.columns.input, g.channels, true)),
        output(side(g.rows.output, g.columns.output, g.filters, false)),
        kernel_step(input.padded_channels * output.padded_channels + line) {}

  constexpr Index slots() const { return size * size; }
  constexpr Index blocks() const {
    return (batch + block_images - 1) / std::max<Index>(block_images, 1);
  }
  constexpr Index images_of(Index block) const {
    return std::min(block_images, batch - block * block_images);
  }

  /// Elements of a block's transform.
  constexpr Index block_size(const Side& side) const { return slots() * side.slot_step; }
  constexpr Index kernel_size() const { return slots() * kernel_step; }
  /// Elements of one slot, the larger side's.
  constexpr Index largest_slot() const {
    return block_tiles * std::max(input.padded_channels, output.padded_channels);
  }
  constexpr Index kernel_slot() const { return input.padded_channels * output.padded_channels; }

  /// There is one product for each frequency, real or complex.
  constexpr Index frequencies() const { return (slots() + real_count(size)) / 2; }
  constexpr bool is_real(Index frequency) const { return frequency < real_count(size); }
  constexpr Index slot_of(Index frequency) const {
    return is_real(frequency) ? frequency : 2 * frequency - real_count(size);
  }

 private:
  static constexpr Index line = alignment / Index{sizeof(T)};

  /// As many images as keep a block's transforms in the last level of cache.
  constexpr Index images_in_block(const conv::Geometry& g) const {
    constexpr Index target = Index{16} << 20;
    const Index image =
        tiles_per_image * slots() * (padded(g.channels) + padded(g.filters)) * Index{sizeof(T)};
    return std::clamp<Index>(target / image, 1, std::max<Index>(batch, 1));
  }

  static constexpr Index padded(Index channels) {
    return (channels + Pack<T>::width - 1) / Pack<T>::width * Pack<T>::width;
  }

  constexpr Side side(Index height, Index width, Index channels, bool is_input) const {
    return {height,  width, channels, padded(channels), block_tiles * padded(channels) + line,
            is_input};
  }
};

}  // namespace tweed::kernels::fft
