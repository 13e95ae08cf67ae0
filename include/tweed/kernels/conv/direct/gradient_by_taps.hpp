#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/direct/filter_tiles.hpp>
#include <tweed/kernels/conv/direct/padded_copy.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <cstring>

namespace TWEED_NAMESPACE::kernels::conv {

/// The kernel's gradient where few filters would leave most of a register empty: vectors run over
/// the taps instead. Columns of the image as wide as a window are copied, each in one piece, so
/// that the windows down a column overlap in memory: all taps of one are a single row, to which
/// every filter adds its dy times what the window sees.
template <class T>
class GradientByTaps {
  using Vector = Pack<T>;
  static constexpr Index width = Vector::width;
  static constexpr Index tile = 2 * width;         // of taps, whose sums stay in registers
  static constexpr Index strip_bytes = 16 * 1024;  // stay in the first-level cache

 public:
  /// What is copied at once, and read behind the end of an image.
  static constexpr Index chunk = 32 / Index{sizeof(T)};

  /// Whether it multiplies clearly less than with vectors of filters.
  static constexpr bool pays(const Geometry& g) {
    const Index registers_of_filters = (g.filters + width - 1) / width;
    return 4 * padded_taps(g) / width * g.filters <= 3 * taps(g) * registers_of_filters;
  }

  static constexpr Index scratch_bytes(const Geometry& g) {
    return Scratch::bytes<T>(strip_size(g)) + Scratch::bytes<T>(g.filters * padded_taps(g));
  }

  /// Adds the gradient of one image to that of the kernel, and writes the bias's where it is
  /// wanted. `image` is padded
  /// with zeros, `image_row` numbers to a row, and followed by a chunk of anything.
  EIGEN_DONT_INLINE static void add(const Geometry& g, const T* image, Index image_row, const T* dy,
                                    T* gradient, T* bias_gradient, Scratch scratch) {
    T* const strip = scratch.take<T>(strip_size(g));
    T* const sums = scratch.take<T>(g.filters * padded_taps(g));
    std::fill_n(sums, g.filters * padded_taps(g), T{});
    for (Index column = 0; column < g.columns.output; column += strip_columns(g)) {
      const Index columns = std::min(strip_columns(g), g.columns.output - column);
      copy_columns(g, image + column * column_step(g), image_row, columns, strip);
      add_products(g, strip, dy + column * g.filters, columns, sums);
    }
    for (Index t = 0; t < taps(g); ++t) {
      for (Index f = 0; f < g.filters; ++f) *gradient++ += sums[f * padded_taps(g) + t];
    }
    if (bias_gradient != nullptr) sum_pixels(dy, g.output_pixels(), g.filters, bias_gradient);
  }

 private:
  static constexpr Index row_taps(const Geometry& g) { return g.columns.window * g.channels; }
  static constexpr Index taps(const Geometry& g) { return g.rows.window * row_taps(g); }
  static constexpr Index padded_taps(const Geometry& g) {
    return (taps(g) + tile - 1) / tile * tile;
  }
  static constexpr Index column_step(const Geometry& g) { return g.columns.stride * g.channels; }
  static constexpr Index column_size(const Geometry& g) {
    return padded_extent(g.rows) * row_taps(g);
  }
  static constexpr Index strip_columns(const Geometry& g) {
    const Index fitting = strip_bytes / (column_size(g) * Index{sizeof(T)});
    return std::clamp<Index>(fitting, 1, std::max<Index>(g.columns.output, 1));
  }
  /// With what copies write and tiles read behind its end.
  static constexpr Index strip_size(const Geometry& g) {
    return strip_columns(g) * column_size(g) + std::max(tile, chunk);
  }

  EIGEN_DONT_INLINE static void copy_columns(const Geometry& g, const T* image, Index image_row,
                                             Index columns, T* to) {
    for (Index column = 0; column < columns; ++column, image += column_step(g)) {
      for (Index row = 0; row < padded_extent(g.rows); ++row, to += row_taps(g)) {
        for (Index t = 0; t < row_taps(g); t += chunk) {
          std::memcpy(to + t, image + row * image_row + t, chunk * sizeof(T));
        }
      }
    }
    std::fill_n(to, tile, T{});
  }

  /// sums [filters,taps] += dy^T windows.
  static void add_products(const Geometry& g, const T* strip, const T* dy, Index columns, T* sums) {
    for (Index t = 0; t < taps(g); t += tile) {
      for (Index f = 0; f < g.filters;) {
        with_tile_of<6, 3, 1>(g.filters - f, [&](auto filters) {
          add_tile<filters>(g, strip + t, dy + f, columns, sums + f * padded_taps(g) + t);
          f += filters;
        });
      }
    }
  }

  template <Index filters>
  EIGEN_DONT_INLINE static void add_tile(const Geometry& g, const T* strip, const T* dy,
                                         Index columns, T* to) {
    const Index window_step = g.rows.stride * row_taps(g);
    const Index dy_step = g.columns.output * g.filters;
    const Index sum_step = padded_taps(g);
    Vector sum[filters][2];
    TWEED_UNROLL
    for (Index f = 0; f < filters; ++f) {
      sum[f][0] = Vector::load(to + f * sum_step);
      sum[f][1] = Vector::load(to + f * sum_step + width);
    }
    for (Index column = 0; column < columns; ++column, strip += column_size(g), dy += g.filters) {
      const T* window = strip;
      const T* delta = dy;
      for (Index row = 0; row < g.rows.output; ++row, window += window_step, delta += dy_step) {
        const Vector low = Vector::load(window);
        const Vector high = Vector::load(window + width);
        TWEED_UNROLL
        for (Index f = 0; f < filters; ++f) {
          sum[f][0] = multiply_add(delta[f], low, sum[f][0]);
          sum[f][1] = multiply_add(delta[f], high, sum[f][1]);
        }
      }
    }
    TWEED_UNROLL
    for (Index f = 0; f < filters; ++f) {
      sum[f][0].store(to + f * sum_step);
      sum[f][1].store(to + f * sum_step + width);
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
