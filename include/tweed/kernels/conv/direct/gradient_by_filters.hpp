#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/direct/filter_tiles.hpp>
#include <tweed/kernels/conv/direct/padded_copy.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// The kernel's gradient of `Direct`: vectors run over the filters, and a tile of taps stays in
/// registers while the pixels go by, a few rows of dy at a time. Meanwhile the next ones are
/// fetched.
template <class T>
class GradientByFilters {
  using Vector = Pack<T>;
  using Tiles = FilterTiles<T>;
  static constexpr Index width = Vector::width;
  static constexpr bool many_registers = simd::registers >= 32;
  static constexpr Index most_taps = many_registers ? 9 : 6;
  static constexpr Index some_taps = many_registers ? 7 : 6;
  static constexpr Index most_taps_of_two_rows = 5;
  static constexpr Index most_sums = 2 * most_taps_of_two_rows;
  static constexpr Index strip_bytes = 12 * 1024;  // of dy: two stay in the first-level cache

 public:
  /// Beside the padded image.
  static constexpr Index scratch_bytes(const Geometry& g) {
    return Scratch::bytes<T>(padded_output_size(g)) + Scratch::bytes<T>(Tiles::padded_filters(g)) +
           Scratch::bytes<T>(Tiles::padded_kernel_size(g));
  }

  /// Adds the gradient of one image to that of the kernel, and writes the bias's where it is
  /// wanted. `image` is padded
  /// with zeros, `image_row` numbers to a row.
  EIGEN_DONT_INLINE static void add(const Geometry& g, const T* image, Index image_row, const T* dy,
                                    T* gradient, T* bias_gradient, Scratch scratch) {
    const Index filters = Tiles::padded_filters(g);
    const bool is_padded = filters != g.filters;
    T* const padded = scratch.take<T>(padded_output_size(g));
    T* const bias_sum = scratch.take<T>(filters);
    T* const sum = is_padded ? scratch.take<T>(Tiles::padded_kernel_size(g)) : gradient;
    std::fill_n(bias_sum, filters, T{});
    if (is_padded) std::fill_n(sum, Tiles::padded_kernel_size(g), T{});
    const Steps steps(g, image_row);
    const Index most_rows =
        std::max<Index>(1, strip_bytes / (g.columns.output * filters * Index{sizeof(T)}));
    for (Index row = 0; row < g.rows.output; row += most_rows) {
      const Index rows = std::min(most_rows, g.rows.output - row);
      const Index pixels = rows * g.columns.output;
      const T* const delta = dy + row * g.columns.output * g.filters;
      const T* const behind = delta + pixels * g.filters;
      auto next = LinesAhead<T>::end_to_end(behind, pixels * g.filters);
      if (is_padded) Tiles::pad_rows(delta, pixels, g, padded);
      const Strip strip{image + row * steps.output_row, is_padded ? padded : delta, rows,
                        g.columns.output};
      if (bias_gradient != nullptr) add_pixels(strip.delta, pixels, filters, bias_sum);
      Tiles::for_each(g, [&](auto vectors, Index f) {
        for (Index i = 0; i < g.rows.window;) {
          i += add_tap_rows<vectors>(steps, strip, i, f, sum, next);
        }
      });
    }
    if (is_padded) add_rows(sum, filters, g.taps() * g.channels, g.filters, gradient, g.filters);
    if (bias_gradient != nullptr) std::copy_n(bias_sum, g.filters, bias_gradient);
  }

 private:
  static constexpr Index padded_output_size(const Geometry& g) {
    return g.filters == Tiles::padded_filters(g) ? 0 : g.output_pixels() * Tiles::padded_filters(g);
  }

  /// How far it is from one to the next.
  struct Steps {
    Steps(const Geometry& g, Index image_row_)
        : image_row(image_row_),
          output_row(g.rows.stride * image_row),
          output_column(g.columns.stride * g.channels),
          kernel(Tiles::padded_filters(g)),
          kernel_rows(g.rows.window),
          kernel_row_taps(g.columns.window * g.channels) {}

    Index image_row;
    Index output_row;     // in the image
    Index output_column;  // in the image
    Index kernel;         // a row for each tap and channel
    Index kernel_rows;
    Index kernel_row_taps;
  };

  /// Some rows of the output, and what they read.
  struct Strip {
    const T* image;
    const T* delta;  // [rows,columns,padded filters]
    Index rows;
    Index columns;
  };

  /// Taps to sum next of those that are left: with many registers about as many each time, as few
  /// sums would wait for one another.
  static constexpr Index next_tile(Index left) {
    if (!many_registers || left <= most_taps) return left;
    const Index tiles = (left + most_taps - 1) / most_taps;
    const Index share = (left + tiles - 1) / tiles;
    return share > some_taps ? most_taps : share;
  }

  /// Adds to the gradient [taps,channels,padded filters] of the kernel's row i, or of two rows at
  /// once where they are short. Returns how many.
  template <Index vectors>
  EIGEN_DONT_INLINE static Index add_tap_rows(const Steps& steps, const Strip& strip, Index i,
                                              Index filter, T* gradient, LinesAhead<T>& next) {
    const Index length = steps.kernel_row_taps;
    const Index tap_rows =
        many_registers && length <= most_taps_of_two_rows && i + 1 < steps.kernel_rows ? 2 : 1;
    const T* const delta = strip.delta + filter;
    alignas(alignment) T sums[most_sums * vectors * width];
    Index count = 0;
    for (Index tap = 0; tap < length; tap += count) {
      const T* const x = strip.image + i * steps.image_row + tap;
      const LineAhead<T> ahead = next.take(delta, strip.rows * strip.columns);
      with_tile_of<most_taps, some_taps, 5, 3, 1>(next_tile(length - tap), [&](auto taps) {
        count = taps;
        if (tap_rows == 1) {
          sum_taps<1, taps, vectors>(steps, strip, x, delta, sums, ahead);
        } else if constexpr (taps <= most_taps_of_two_rows) {
          sum_taps<2, taps, vectors>(steps, strip, x, delta, sums, ahead);
        }
      });
      for (Index r = 0; r < tap_rows; ++r) {
        T* const to = gradient + ((i + r) * length + tap) * steps.kernel + filter;
        add_rows(sums + r * count * vectors * width, vectors * width, count, vectors * width, to,
                 steps.kernel);
      }
    }
    return tap_rows;
  }

  /// The products of a strip of dy with `taps` neighbours in each of some rows of the image,
  /// summed: [tap_rows,taps,vectors]. A line `ahead` is fetched for each pixel.
  template <Index tap_rows, Index taps, Index vectors>
  EIGEN_DONT_INLINE static void sum_taps(const Steps& steps, const Strip& strip, const T* image,
                                         const T* delta, T* to, LineAhead<T> ahead) {
    Vector sum[tap_rows][taps][vectors];
    TWEED_UNROLL
    for (Index i = 0; i < tap_rows; ++i) {
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[i][t][v] = Vector::zero();
      }
    }
    for (Index row = 0; row < strip.rows; ++row, image += steps.output_row) {
      const T* x = image;
      for (Index column = 0; column < strip.columns;
           ++column, x += steps.output_column, delta += steps.kernel, ahead.line += ahead.step) {
        prefetch(ahead.line);
        Vector value[vectors];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) value[v] = Vector::load(delta + v * width);
        TWEED_UNROLL
        for (Index i = 0; i < tap_rows; ++i) {
          TWEED_UNROLL
          for (Index t = 0; t < taps; ++t) {
            const T factor = x[i * steps.image_row + t];
            TWEED_UNROLL
            for (Index v = 0; v < vectors; ++v) {
              sum[i][t][v] = multiply_add(factor, value[v], sum[i][t][v]);
            }
          }
        }
      }
    }
    TWEED_UNROLL
    for (Index i = 0; i < tap_rows; ++i) {
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) {
          sum[i][t][v].store(to + ((i * taps + t) * vectors + v) * width);
        }
      }
    }
  }

  /// Adds the first `count` numbers of rows of whole registers.
  EIGEN_DONT_INLINE static void add_rows(const T* from, Index from_step, Index rows, Index count,
                                         T* to, Index to_step) {
    for (Index r = 0; r < rows; ++r, from += from_step, to += to_step) {
      for (Index i = 0; i < count; i += width) {
        const Index lanes = std::min(width, count - i);
        (Vector::load(to + i, lanes) + Vector::load(from + i)).store(to + i, lanes);
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
