#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/grouped/window_tile.hpp>
#include <tweed/kernels/conv/row_range.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Depthwise convolutions with a window of 3 x 3 and stride 1 or 2, the common ones. An image is
/// cut into tiles of equal size; where they reach beyond it, they read zeros.
template <class T>
struct DepthwiseWindow {
  using Tile = WindowTile<T>;

  static constexpr Index scratch_bytes(const Geometry& g) {
    if (!Tile::fits(g)) return 0;
    return Scratch::bytes<T>(g.filters) + Scratch::bytes<T>(sums_size(g));
  }

  static constexpr bool has_sum(const Geometry& g, const RowRange& rows) {
    return Tile::fits(g) && g.columns.output >= Tile::columns && rows.height() >= Tile::rows;
  }

  /// Some rows of y.
  static void sum(const Geometry& g, const T* x, const T* kernel, const T* bias,
                  const Activation& activation, const RowRange& rows, T* y, bool streams,
                  Scratch scratch) {
    const Index stride = g.rows.stride;
    const Index height = Tile::extent(Tile::rows, stride);
    const Index width = Tile::extent(Tile::columns, stride);
    const T* const no_bias = zeros(g, scratch);
    const PaddedImage<T> image{x, g.rows.input, g.columns.input, g.filters, no_bias};
    const T* pixels[Tile::extent(Tile::rows, 2) * Tile::extent(Tile::columns, 2)];
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
                                     .bias = bias == nullptr ? no_bias : bias,
                                     .is_positive = activation.is_relu(),
                                     .streams = streams,
                                     .to = y + row * row_step + column * g.filters,
                                     .row_step = row_step,
                                     .filters = g.filters,
                                     .ahead = Tile::rows * stride * g.columns.input * g.filters};
        stride == 1 ? Tile::template sum<1>(all) : Tile::template sum<2>(all);
      }
      apply_other(activation, y + row * row_step, Tile::rows * row_step);
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

  /// All gradients of an image. Any may be nullptr.
  static void add_gradients(const Geometry& g, const T* x, const T* dy, const T* kernel, T* dx,
                            bool streams, T* gradient, T* bias_gradient, Scratch scratch) {
    if (bias_gradient != nullptr) std::fill_n(bias_gradient, g.filters, T{});
    const PaddedImage<T> image{dy, g.rows.output, g.columns.output, g.filters, zeros(g, scratch)};
    T* const sums = scratch.take<T>(sums_size(g));
    T* const bias_sums = sums + g.kernel_size();
    const typename Tile::Gradients all{.pixels = nullptr,
                                       .x = x,
                                       .kernel = kernel,
                                       .dx = dx,
                                       .streams = streams,
                                       .kernel_gradient = gradient == nullptr ? nullptr : sums,
                                       .bias_gradient = bias_sums,
                                       .filters = g.filters};
    const Index whole = g.columns.input - g.columns.input % Tile::columns;
    const Index rows_at_a_time = shares_of(places_of_sum, g.columns.input);
    for (Index first = 0; first < g.rows.input; first += rows_at_a_time) {
      if (gradient != nullptr) std::fill_n(sums, sums_size(g), T{});
      for (Index row = first; row < std::min(first + rows_at_a_time, g.rows.input); ++row) {
        add_places<Tile::columns>(image, row, {0, whole}, all);
        add_places<1>(image, row, {whole, g.columns.input}, all);
      }
      if (gradient != nullptr) add(sums, g.kernel_size(), gradient);
      if (bias_gradient != nullptr) add(bias_sums, g.filters, bias_gradient);
    }
  }

 private:
  /// A weight's gradient is a sum of sums over at least so many places: one long sum would lose
  /// more.
  static constexpr Index places_of_sum = 112;

  /// Those of weights and bias.
  static constexpr Index sums_size(const Geometry& g) { return g.kernel_size() + g.filters; }

  static void add(const T* from, Index count, T* to) {
    for (Index i = 0; i < count; i += Pack<T>::width) {
      (Pack<T>::load(to + i) + Pack<T>::load(from + i)).store(to + i);
    }
  }

  static const T* zeros(const Geometry& g, Scratch& scratch) {
    T* const zeros = scratch.take<T>(g.filters);
    std::fill_n(zeros, g.filters, T{});
    return zeros;
  }

  /// Those of some columns of a row, in tiles of `width` places.
  template <Index width>
  static void add_places(const PaddedImage<T>& image, Index row, const RowRange& columns,
                         const typename Tile::Gradients& all) {
    const T* pixels[Tile::side * Tile::extent(width, 1)];
    for (Index column = columns.begin; column < columns.end; column += width) {
      image.find(row - 1, column - 1, Tile::side, Tile::extent(width, 1), pixels);
      const Index offset = (row * image.columns + column) * image.filters;
      typename Tile::Gradients tile = all;
      tile.pixels = pixels;
      tile.x += offset;
      if (tile.dx != nullptr) tile.dx += offset;
      tile.kernel_gradient == nullptr ? Tile::template add_gradients<width, false>(tile)
                                      : Tile::template add_gradients<width, true>(tile);
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
