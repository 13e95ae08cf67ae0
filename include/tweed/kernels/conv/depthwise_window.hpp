#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/window_tile.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// Depthwise convolutions with a window of 3 x 3 and stride 1 or 2, the common ones. An image is
/// cut into tiles of equal size; where they reach beyond it, they read zeros.
template <class T>
struct DepthwiseWindow {
  using Tile = WindowTile<T>;

  static constexpr Index scratch_bytes(const Geometry& g) {
    if (!Tile::fits(g)) return 0;
    return Scratch::bytes<T>(g.filters) + Scratch::bytes<const T*>(most_pixels) +
           Scratch::bytes<Index>(most_tiles) + Scratch::bytes<T>(held_size);
  }

  static constexpr bool has_sum(const Geometry& g, const RowRange& rows) {
    return Tile::fits(g) && g.columns.output >= Tile::columns && rows.height() >= Tile::rows;
  }

  /// Some rows of y.
  static void sum(const Geometry& g, const T* x, const T* kernel, const T* bias,
                  Activation activation, const RowRange& rows, T* y, bool streams,
                  Scratch scratch) {
    const Index stride = g.rows.stride;
    const Index height = Tile::extent(Tile::rows, stride);
    const Index width = Tile::extent(Tile::columns, stride);
    const PaddedImage<T> image{x, g.rows.input, g.columns.input, g.filters, zeros(g, scratch)};
    const T** const pixels = scratch.take<const T*>(most_pixels);
    const Index row_step = g.columns.output * g.filters;
    // The last tile may begin before the one ahead of it ends.
    for (Index begin = rows.begin; begin < rows.end; begin += Tile::rows) {
      const Index row = std::min(begin, rows.end - Tile::rows);
      for (Index left = 0; left < g.columns.output; left += Tile::columns) {
        const Index column = std::min(left, g.columns.output - Tile::columns);
        image.find(row * stride - g.rows.before, column * stride - g.columns.before, height, width,
                   pixels);
        const typename Tile::Sum all{.pixels = pixels,
                                     .kernel = kernel,
                                     .bias = bias,
                                     .is_positive = activation == Activation::relu,
                                     .streams = streams,
                                     .to = y + row * row_step + column * g.filters,
                                     .row_step = row_step,
                                     .filters = g.filters,
                                     .ahead = Tile::rows * stride * g.columns.input * g.filters};
        stride == 1 ? Tile::template sum<1>(all) : Tile::template sum<2>(all);
      }
    }
  }

  /// Where each place lies under the middle of a window, and all cache lines are full.
  static constexpr bool has_gradients(const Geometry& g) {
    const auto is_same = [](const SlidingAxis& axis) {
      return axis.stride == 1 && axis.before == 1 && axis.input == axis.output;
    };
    return Tile::fits(g) && g.filters % Tile::channels == 0 && is_same(g.rows) &&
           is_same(g.columns);
  }

  /// All gradients of an image.
  static void add_gradients(const Geometry& g, const T* x, const T* dy, const T* kernel, T* dx,
                            bool streams, T* gradient, T* bias_gradient, Scratch scratch) {
    std::fill_n(bias_gradient, g.filters, T{});
    const PaddedImage<T> image{dy, g.rows.output, g.columns.output, g.filters, zeros(g, scratch)};
    const T** const pixels = scratch.take<const T*>(most_pixels);
    Index* const places = scratch.take<Index>(most_tiles);
    const typename Tile::Gradients all{.pixels = pixels,
                                       .places = places,
                                       .tiles = 0,
                                       .x = x,
                                       .kernel = kernel,
                                       .dx = dx,
                                       .held = scratch.take<T>(held_size),
                                       .streams = streams,
                                       .kernel_gradient = gradient,
                                       .bias_gradient = bias_gradient,
                                       .filters = g.filters,
                                       .ahead = 0};
    const Index whole = g.columns.input - g.columns.input % Tile::columns;
    add_columns<Tile::columns>(g, image, {0, whole}, all, pixels, places);
    add_columns<1>(g, image, {whole, g.columns.input}, all, pixels, places);
  }

 private:
  /// At a time: a tap's gradient is the sum of so many times `Tile::columns` products before it is
  /// added to those of other tiles.
  static constexpr Index most_tiles = 16;
  static constexpr Index most_pixels = most_tiles * Tile::side * Tile::extent(Tile::columns, 1);

  static constexpr Index held_size = most_tiles * Tile::columns * Tile::channels;

  static const T* zeros(const Geometry& g, Scratch& scratch) {
    T* const zeros = scratch.take<T>(g.filters);
    std::fill_n(zeros, g.filters, T{});
    return zeros;
  }

  /// Those of some columns, cut into tiles of `width` places.
  template <Index width>
  static void add_columns(const Geometry& g, const PaddedImage<T>& image, const RowRange& columns,
                          typename Tile::Gradients all, const T** pixels, Index* places) {
    constexpr Index tile_pixels = Tile::side * Tile::extent(width, 1);
    const Index in_row = (columns.end - columns.begin) / width;
    const Index count = g.rows.input * in_row;
    for (Index first = 0; first < count; first += most_tiles) {
      all.tiles = std::min(most_tiles, count - first);
      all.ahead = all.tiles * width * g.filters;
      for (Index tile = 0; tile < all.tiles; ++tile) {
        const Index row = (first + tile) / in_row;
        const Index column = columns.begin + (first + tile) % in_row * width;
        places[tile] = (row * g.columns.input + column) * g.filters;
        image.find(row - 1, column - 1, Tile::side, Tile::extent(width, 1),
                   pixels + tile * tile_pixels);
      }
      Tile::template add_gradients<width>(all);
    }
  }
};

}  // namespace tweed::kernels::conv
