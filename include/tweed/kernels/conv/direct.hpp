#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/pooled_gradient.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>
#include <type_traits>

namespace tweed::kernels::conv {

/// Convolution straight from the definition for images of few channels, where a matrix of patches
/// would cost more to write than to use: vectors run over the filters, a tile of pixels (forward)
/// or of kernel taps (gradient) stays in registers. Any stride, no dilation or groups; it has no
/// input gradient.
template <class T>
struct Direct {
  using Pooled = PooledGradient<T>;

  static constexpr Index shared_bytes(const Geometry& g) {
    return Scratch::bytes<T>(padded_kernel_size(g));
  }
  static constexpr Index worker_bytes(const Geometry& g) {
    return std::max(
        Scratch::bytes<T>(padded_image_size(g)) + Scratch::bytes<T>(padded_output_size(g)) +
            Scratch::bytes<T>(padded_filters(g)) + Scratch::bytes<T>(padded_kernel_size(g)),
        Pooled::scratch_bytes(g));
  }

  /// The kernel with rows of whole filter tiles.
  static const T* prepare(const Geometry& g, const T* kernel, Scratch shared) {
    if (g.filters == padded_filters(g)) return kernel;
    T* const padded = shared.take<T>(padded_kernel_size(g));
    pad_rows(kernel, g.taps() * g.channels, g, padded);
    return padded;
  }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, Activation activation, const RowRange& rows,
                                        T* y, bool streams, Scratch scratch) {
    T* const image = scratch.take<T>(padded_image_size(g));
    T* const padded_bias = scratch.take<T>(padded_filters(g));
    pad_image(g, x, image);
    pad_rows(bias, 1, g, padded_bias);
    const Steps steps(g);
    for (Index row = rows.begin; row < rows.end; ++row) {
      for_each_filter_tile(g, [&](auto vectors, Index f) {
        with_tile_of<most_pixels, 4, 1>(g.columns.output, [&](auto pixels) {
          // The last tile may begin before the one on its left ends.
          for (Index column = 0; column < g.columns.output; column += pixels) {
            const Index first = std::min<Index>(column, g.columns.output - pixels);
            const T* const from = image + row * steps.output_row + first * steps.output_column;
            put_pixels<pixels, vectors>(steps, from, kernel + f, padded_bias + f, activation,
                                        streams, std::min(vectors * width, g.filters - f),
                                        y + (row * g.columns.output + first) * g.filters + f,
                                        g.filters);
          }
        });
      });
    }
  }

  EIGEN_DONT_INLINE static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy,
                                                    T* gradient, T* bias_gradient,
                                                    Scratch scratch) {
    T* const image = scratch.take<T>(padded_image_size(g));
    T* const padded = scratch.take<T>(padded_output_size(g));
    pad_image(g, x, image);
    T* const bias_sum = scratch.take<T>(padded_filters(g));
    std::fill_n(bias_sum, padded_filters(g), T{});
    const bool is_padded = g.filters != padded_filters(g);
    T* const sum = is_padded ? scratch.take<T>(padded_kernel_size(g)) : gradient;
    if (is_padded) std::fill_n(sum, padded_kernel_size(g), T{});
    const Steps steps(g);
    const Index most_rows =
        std::max<Index>(1, strip_bytes / (g.columns.output * steps.kernel * Index{sizeof(T)}));
    for (Index row = 0; row < g.rows.output; row += most_rows) {
      Strip strip{image + row * steps.output_row, dy + row * g.columns.output * g.filters,
                  std::min(most_rows, g.rows.output - row), g.columns.output};
      if (is_padded) {
        pad_rows(strip.delta, strip.rows * strip.columns, g, padded);
        strip.delta = padded;
      }
      add_pixels(strip.delta, strip.rows * strip.columns, steps.kernel, bias_sum);
      for_each_filter_tile(g, [&](auto vectors, Index f) {
        for (Index i = 0; i < g.rows.window;) {
          i += add_tap_rows<vectors>(steps, strip, i, f, sum);
        }
      });
    }
    if (is_padded)
      add_rows(sum, steps.kernel, g.taps() * g.channels, g.filters, gradient, g.filters);
    std::copy_n(bias_sum, g.filters, bias_gradient);
  }

 private:
  using Vector = Pack<T>;
  static constexpr Index most_vectors = 2;
  static constexpr Index width = Vector::width;
  static constexpr bool many_registers = simd::registers >= 32;
  static constexpr Index most_pixels = many_registers ? 14 : 7;
  static constexpr Index most_taps = many_registers ? 9 : 6;
  static constexpr Index most_taps_of_two_rows = 6;
  static constexpr Index strip_bytes =
      12 * 1024;  // of dy: two strips stay in the first-level cache

  /// Some rows of the output, and what they read.
  struct Strip {
    const T* image;
    const T* delta;  // [rows,columns,padded filters]
    Index rows;
    Index columns;
  };

  static constexpr Index padded_filters(const Geometry& g) {
    return (g.filters + width - 1) / width * width;
  }
  static constexpr Index padded_output_size(const Geometry& g) {
    return g.filters == padded_filters(g) ? 0 : g.output_pixels() * padded_filters(g);
  }
  static constexpr Index padded_kernel_size(const Geometry& g) {
    return g.filters == padded_filters(g) ? 0 : g.taps() * g.channels * padded_filters(g);
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

  /// How far it is from one to the next.
  struct Steps {
    explicit Steps(const Geometry& g)
        : image_row(padded_row(g)),
          output_row(g.rows.stride * image_row),
          output_column(g.columns.stride * g.channels),
          kernel(padded_filters(g)),
          kernel_rows(g.rows.window),
          kernel_row_taps(g.columns.window * g.channels) {}

    Index image_row;
    Index output_row;     // in the image
    Index output_column;  // in the image
    Index kernel;         // a row for each tap and channel
    Index kernel_rows;
    Index kernel_row_taps;
  };

  /// The first `count` numbers of rows of whole registers.
  EIGEN_DONT_INLINE static void copy_rows(const T* from, Index from_step, Index rows, Index count,
                                          T* to, Index to_step) {
    for (Index r = 0; r < rows; ++r, from += from_step, to += to_step) {
      for (Index i = 0; i < count; i += width) {
        Vector::load(from + i).store(to + i, std::min(width, count - i));
      }
    }
  }

  /// Rows of `filters` numbers, each filled up with zeros to whole registers.
  EIGEN_DONT_INLINE static void pad_rows(const T* from, Index rows, const Geometry& g, T* to) {
    for (Index r = 0; r < rows; ++r, from += g.filters, to += padded_filters(g)) {
      for (Index f = 0; f < g.filters; f += width) {
        Vector::load(from + f, std::min(width, g.filters - f)).store(to + f);
      }
    }
  }

  EIGEN_DONT_INLINE static void pad_image(const Geometry& g, const T* x, T* image) {
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

  /// Calls `body(registers, first filter)`.
  template <class Body>
  static void for_each_filter_tile(const Geometry& g, const Body& body) {
    Index f = 0;
    for (; f + width < g.filters; f += most_vectors * width) {
      body(std::integral_constant<Index, most_vectors>{}, f);
    }
    if (f < g.filters) body(std::integral_constant<Index, 1>{}, f);
  }

  /// A tile of output pixels by `filters` filters; where they do not fill the registers, it is
  /// computed aside.
  template <Index pixels, Index vectors>
  static void put_pixels(const Steps& steps, const T* x, const T* kernel, const T* bias,
                         Activation activation, bool streams, Index filters, T* to, Index to_step) {
    constexpr Index all = vectors * width;
    if (filters == all) {
      return pixel_tile<pixels, vectors>(steps, x, kernel, bias, activation, streams, to, to_step);
    }
    alignas(alignment) T tile[pixels * all];
    pixel_tile<pixels, vectors>(steps, x, kernel, bias, activation, false, tile, all);
    copy_rows(tile, all, pixels, filters, to, to_step);
  }

  template <Index pixels, Index vectors>
  EIGEN_DONT_INLINE static void pixel_tile(const Steps& steps, const T* x, const T* kernel,
                                           const T* bias, Activation activation, bool streams,
                                           T* to, Index to_step) {
    Vector sum[pixels][vectors];
    TWEED_UNROLL
    for (Index p = 0; p < pixels; ++p) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[p][v] = Vector::load(bias + v * width);
    }
    for (Index i = 0; i < steps.kernel_rows; ++i, x += steps.image_row) {
      for (Index t = 0; t < steps.kernel_row_taps; ++t, kernel += steps.kernel) {
        Vector weight[vectors];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) weight[v] = Vector::load(kernel + v * width);
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) {
          const T value = x[p * steps.output_column + t];
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
    TWEED_UNROLL
    for (Index p = 0; p < pixels; ++p) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        sum[p][v].store_or_stream(to + p * to_step + v * width, streams);
      }
    }
  }

  /// Adds to the gradient [taps,channels,padded filters] of the kernel's row i, or of two rows at
  /// once where they are short. Returns how many.
  template <Index vectors>
  static Index add_tap_rows(const Steps& steps, const Strip& strip, Index i, Index filter,
                            T* gradient) {
    const Index length = steps.kernel_row_taps;
    const Index tap_rows =
        many_registers && length <= most_taps_of_two_rows && i + 1 < steps.kernel_rows ? 2 : 1;
    for (Index tap = 0; tap < length;) {
      const T* const x = strip.image + i * steps.image_row + tap;
      const T* const delta = strip.delta + filter;
      with_tile_of<most_taps, 6, 5, 3, 1>(length - tap, [&](auto taps) {
        alignas(alignment) T sums[2 * taps * vectors * width];
        if (tap_rows == 1) {
          sum_taps<1, taps, vectors>(steps, strip, x, delta, sums);
        } else if constexpr (taps <= most_taps_of_two_rows) {
          sum_taps<2, taps, vectors>(steps, strip, x, delta, sums);
        }
        for (Index r = 0; r < tap_rows; ++r) {
          T* const to = gradient + ((i + r) * length + tap) * steps.kernel + filter;
          add_rows(sums + r * taps * vectors * width, vectors * width, taps, vectors * width, to,
                   steps.kernel);
        }
        tap += taps;
      });
    }
    return tap_rows;
  }

  /// The products of a strip of dy with `taps` neighbours in each of some rows of the image,
  /// summed: [tap_rows,taps,vectors].
  template <Index tap_rows, Index taps, Index vectors>
  EIGEN_DONT_INLINE static void sum_taps(const Steps& steps, const Strip& strip, const T* image,
                                         const T* delta, T* to) {
    Vector sum[tap_rows][taps][vectors];
    TWEED_UNROLL
    for (Index i = 0; i < tap_rows; ++i) {
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[i][t][v] = Vector::zero();
      }
    }
    const Index strip_size = strip.rows * strip.columns * steps.kernel;
    for (Index row = 0; row < strip.rows; ++row, image += steps.output_row) {
      const T* x = image;
      for (Index column = 0; column < strip.columns;
           ++column, x += steps.output_column, delta += steps.kernel) {
        Vector value[vectors];
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) {
          value[v] = Vector::load(delta + v * width);
          prefetch(delta + strip_size + v * width);  // of the next strip
        }
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

}  // namespace tweed::kernels::conv
