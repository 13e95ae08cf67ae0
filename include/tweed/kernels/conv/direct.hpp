#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <type_traits>

namespace tweed::kernels::conv {

/// Convolution straight from the definition for images of few channels, where a matrix of patches
/// would cost more to write than to use: vectors run over the filters, a tile of pixels (forward)
/// or of kernel taps (gradient) stays in registers. Any stride, no dilation or groups; it has no
/// input gradient.
template <class T>
struct Direct {
  static constexpr Index shared_bytes(const Geometry& g) {
    return Scratch::bytes<T>(g.taps() * g.channels * padded_filters(g));
  }
  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<T>(padded_image_size(g)) + Scratch::bytes<T>(padded_output_size(g)) +
           Scratch::bytes<T>(padded_filters(g));
  }

  /// The kernel with rows of whole filter tiles.
  static const T* prepare(const Geometry& g, const T* kernel, Scratch shared) {
    if (g.filters == padded_filters(g)) return kernel;
    T* const padded = shared.take<T>(g.taps() * g.channels * padded_filters(g));
    pad_rows(kernel, g.taps() * g.channels, g, padded);
    return padded;
  }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, Activation activation, const RowRange& rows,
                                        T* y, Scratch scratch) {
    T* const image = scratch.take<T>(padded_image_size(g));
    T* const padded_bias = scratch.take<T>(padded_filters(g));
    pad_image(g, x, image);
    pad_rows(bias, 1, g, padded_bias);
    for (Index row = rows.begin; row < rows.end; ++row) {
      for (Index f = 0; f < g.filters; f += filter_tile) {
        with_tile_of<most_pixels, 4, 1>(g.columns.output, [&](auto pixels) {
          // The last tile may begin before the one on its left ends.
          for (Index column = 0; column < g.columns.output; column += pixels) {
            pixel_tile<pixels>(g, image, kernel + f, padded_bias + f, row,
                               std::min<Index>(column, g.columns.output - pixels), f, activation,
                               y);
          }
        });
      }
    }
  }

  EIGEN_DONT_INLINE static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy,
                                                    T* gradient, T* bias_gradient,
                                                    Scratch scratch) {
    sum_pixels(dy, g.output_pixels(), g.filters, bias_gradient);
    T* const image = scratch.take<T>(padded_image_size(g));
    T* const padded = scratch.take<T>(padded_output_size(g));
    pad_image(g, x, image);
    if (g.filters != padded_filters(g)) {
      pad_rows(dy, g.output_pixels(), g, padded);
      dy = padded;
    }
    const Index strip =
        std::max<Index>(1, strip_bytes / (g.columns.output * padded_filters(g) * Index{sizeof(T)}));
    for (Index row = 0; row < g.rows.output; row += strip) {
      const RowRange rows{row, std::min(row + strip, g.rows.output)};
      for (Index i = 0; i < g.rows.window;) i += add_tap_rows(g, image, dy, rows, i, gradient);
    }
  }

 private:
  using Vector = Pack<T>;
  static constexpr Index vectors = 2;
  static constexpr Index width = Vector::width;
  static constexpr Index filter_tile = vectors * width;
  static constexpr bool many_registers = simd::registers >= 32;
  static constexpr Index most_pixels = many_registers ? 14 : 7;
  static constexpr Index strip_bytes = 16 * 1024;  // of dy, to stay in the first-level cache

  static constexpr Index padded_filters(const Geometry& g) {
    return (g.filters + filter_tile - 1) / filter_tile * filter_tile;
  }
  static constexpr Index padded_output_size(const Geometry& g) {
    return g.filters == padded_filters(g) ? 0 : g.output_pixels() * padded_filters(g);
  }
  static constexpr Index padded_extent(const SlidingAxis& axis) {
    return std::max((axis.output - 1) * axis.stride + axis.window, axis.before + axis.input);
  }
  static constexpr Index padded_row(const Geometry& g) {
    return padded_extent(g.columns) * g.channels;
  }
  static constexpr Index padded_image_size(const Geometry& g) {
    return padded_extent(g.rows) * padded_row(g);
  }

  /// Rows of `filters` numbers, each filled up with zeros to whole filter tiles.
  static void pad_rows(const T* from, Index rows, const Geometry& g, T* to) {
    for (Index r = 0; r < rows; ++r, from += g.filters, to += padded_filters(g)) {
      std::copy_n(from, g.filters, to);
      std::fill(to + g.filters, to + padded_filters(g), T{});
    }
  }

  static void pad_image(const Geometry& g, const T* x, T* image) {
    std::fill_n(image, padded_image_size(g), T{});
    const Index row = g.columns.input * g.channels;
    T* to = image + g.rows.before * padded_row(g) + g.columns.before * g.channels;
    for (Index r = 0; r < g.rows.input; ++r, x += row, to += padded_row(g)) std::copy_n(x, row, to);
  }

  /// Calls `body` with the first constant that is not above `value`.
  template <Index first, Index... others, class Body>
  static void with_tile_of(Index value, const Body& body) {
    if constexpr (sizeof...(others) == 0) {
      body(std::integral_constant<Index, first>{});
    } else {
      if (value >= first) return body(std::integral_constant<Index, first>{});
      with_tile_of<others...>(value, body);
    }
  }

  /// One tile of output pixels by one tile of filters.
  template <Index pixels>
  EIGEN_DONT_INLINE static void pixel_tile(const Geometry& g, const T* image, const T* kernel,
                                           const T* bias, Index row, Index column, Index filter,
                                           Activation activation, T* y) {
    Vector sum[pixels][vectors];
    TWEED_UNROLL
    for (Index p = 0; p < pixels; ++p) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[p][v] = Vector::load(bias + v * width);
    }
    const Index step = g.columns.stride * g.channels;
    const Index kernel_step = padded_filters(g);
    const T* line = image + row * g.rows.stride * padded_row(g) + column * step;
    for (Index i = 0; i < g.rows.window; ++i, line += padded_row(g)) {
      const T* const end = line + g.columns.window * g.channels;
      for (const T* x = line; x < end; ++x, kernel += kernel_step) {
        Vector weight[vectors];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) weight[v] = Vector::load(kernel + v * width);
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) {
          const T value = x[p * step];
          TWEED_UNROLL
          for (Index v = 0; v < vectors; ++v) sum[p][v] = multiply_add(value, weight[v], sum[p][v]);
        }
      }
    }
    if (activation == Activation::relu) {
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[p][v] = max(sum[p][v], Vector::zero());
      }
    }
    T* const to = y + (row * g.columns.output + column) * g.filters + filter;
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) {
      const Index lanes = std::clamp<Index>(g.filters - filter - v * width, 0, width);
      if (lanes == width) {
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) sum[p][v].store(to + p * g.filters + v * width);
      } else {
        for (Index p = 0; p < pixels; ++p) sum[p][v].store(to + p * g.filters + v * width, lanes);
      }
    }
  }

  /// Adds to the gradient of the kernel's row i, or of two rows at once where they are short.
  /// Returns how many.
  static Index add_tap_rows(const Geometry& g, const T* image, const T* dy, const RowRange& rows,
                            Index i, T* gradient) {
    const Index length = g.columns.window * g.channels;
    const Index tap_rows = many_registers && length <= 6 && i + 1 < g.rows.window ? 2 : 1;
    Index tap = 0;
    while (tap < length) {
      with_tile_of<6, 5, 3, 1>(length - tap, [&](auto taps) {
        for_each_filter_tile(g, [&](Index f) {
          if (tap_rows == 2) {
            tap_tile<2, taps>(g, image, dy, rows, i, tap, f, gradient);
          } else {
            tap_tile<1, taps>(g, image, dy, rows, i, tap, f, gradient);
          }
        });
        tap += taps;
      });
    }
    return tap_rows;
  }

  template <class Body>
  static void for_each_filter_tile(const Geometry& g, const Body& body) {
    for (Index f = 0; f < g.filters; f += filter_tile) body(f);
  }

  /// Adds the gradient of `taps` neighbours in each of some rows of the kernel, for a tile of
  /// filters, over some rows of the output.
  template <Index tap_rows, Index taps>
  EIGEN_DONT_INLINE static void tap_tile(const Geometry& g, const T* image, const T* dy,
                                         const RowRange& rows, Index kernel_row, Index tap,
                                         Index filter, T* gradient) {
    Vector sum[tap_rows][taps][vectors];
    TWEED_UNROLL
    for (Index i = 0; i < tap_rows; ++i) {
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[i][t][v] = Vector::zero();
      }
    }
    const Index image_row = padded_row(g);
    const Index step = g.columns.stride * g.channels;
    const Index dy_step = padded_filters(g);
    for (Index row = rows.begin; row < rows.end; ++row) {
      const T* x = image + (row * g.rows.stride + kernel_row) * image_row + tap;
      const T* from = dy + row * g.columns.output * dy_step + filter;
      for (Index column = 0; column < g.columns.output; ++column, x += step, from += dy_step) {
        Vector value[vectors];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) value[v] = Vector::load(from + v * width);
        TWEED_UNROLL
        for (Index i = 0; i < tap_rows; ++i) {
          TWEED_UNROLL
          for (Index t = 0; t < taps; ++t) {
            const T factor = x[i * image_row + t];
            TWEED_UNROLL
            for (Index v = 0; v < vectors; ++v) {
              sum[i][t][v] = multiply_add(factor, value[v], sum[i][t][v]);
            }
          }
        }
      }
    }
    for (Index i = 0; i < tap_rows; ++i) {
      T* to =
          gradient + ((kernel_row + i) * g.columns.window * g.channels + tap) * g.filters + filter;
      for (Index t = 0; t < taps; ++t, to += g.filters) {
        for (Index v = 0; v < vectors; ++v) {
          const Index lanes = std::clamp<Index>(g.filters - filter - v * width, 0, width);
          if (lanes == 0) continue;
          (Vector::load(to + v * width, lanes) + sum[i][t][v]).store(to + v * width, lanes);
        }
      }
    }
  }
};

}  // namespace tweed::kernels::conv
