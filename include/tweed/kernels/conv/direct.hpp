#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/direct/gradient_by_filters.hpp>
#include <tweed/kernels/conv/direct/gradient_by_taps.hpp>
#include <tweed/kernels/conv/direct/pooled_gradient.hpp>
#include <tweed/kernels/conv/epilogue.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Convolution straight from the definition for images of few channels, where a matrix of patches
/// would cost more to write than to use: vectors run over the filters, and a tile of pixels stays
/// in registers while the taps go by. Any stride, no dilation or groups; it has no input gradient.
template <class T>
struct Direct {
  using Pooled = PooledGradient<T>;

  static constexpr Index shared_bytes(const Geometry& g) {
    return Scratch::bytes<T>(Tiles::padded_kernel_size(g));
  }
  static constexpr Index worker_bytes(const Geometry& g) {
    const Index forward = Scratch::bytes<T>(PaddedCopy(g).size) +
                          Scratch::bytes<Index>(g.taps() * g.channels) +
                          Scratch::bytes<T>(Tiles::padded_filters(g));
    const Index gradient = GradientByTaps<T>::pays(g) ? GradientByTaps<T>::scratch_bytes(g)
                                                      : GradientByFilters<T>::scratch_bytes(g);
    return std::max(
        {forward, Scratch::bytes<T>(image_size(g)) + gradient, Pooled::scratch_bytes(g)});
  }

  /// The kernel with rows of whole registers.
  static const T* prepare(const Geometry& g, const T* kernel, Scratch shared) {
    if (g.filters == Tiles::padded_filters(g)) return kernel;
    T* const padded = shared.take<T>(Tiles::padded_kernel_size(g));
    Tiles::pad_rows(kernel, g.taps() * g.channels, g, padded);
    return padded;
  }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, const Activation& activation,
                                        const RowRange& rows, T* y, bool streams, Scratch scratch) {
    const PaddedCopy padded(g);
    T* const image = scratch.take<T>(padded.size);
    Index* const offsets = scratch.take<Index>(g.taps() * g.channels);
    T* const padded_bias = scratch.take<T>(Tiles::padded_filters(g));
    padded.put(g, x, image);
    put_offsets(g, padded.row, offsets);
    std::fill_n(padded_bias, Tiles::padded_filters(g), T{});
    if (bias != nullptr) Tiles::pad_rows(bias, 1, g, padded_bias);
    const Taps taps{offsets, g.taps() * g.channels, Tiles::padded_filters(g),
                    g.columns.stride * g.channels};
    const Output output{g.filters, activation.is_relu(), streams};
    for (Index row = rows.begin; row < rows.end; ++row) {
      const T* const image_row = image + row * g.rows.stride * padded.row;
      T* const y_row = y + row * g.columns.output * g.filters;
      Tiles::for_each(g, [&](auto vectors, Index f) {
        with_tile_of<most_pixels, 4, 1>(g.columns.output, [&](auto pixels) {
          // The last tile may begin before the one on its left ends.
          for (Index column = 0; column < g.columns.output; column += pixels) {
            const Index first = std::min<Index>(column, g.columns.output - pixels);
            put_pixels<pixels, vectors>(taps, image_row + first * taps.pixel_step, kernel + f,
                                        padded_bias + f, output, g.filters - f,
                                        y_row + first * g.filters + f);
          }
        });
      });
      apply_other(activation, y_row, g.columns.output * g.filters);
    }
  }

  EIGEN_DONT_INLINE static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy,
                                                    T* gradient, T* bias_gradient,
                                                    Scratch scratch) {
    const PaddedCopy padded(g);
    T* const image = scratch.take<T>(image_size(g));
    padded.put(g, x, image);
    if (GradientByTaps<T>::pays(g)) {
      GradientByTaps<T>::add(g, image, padded.row, dy, gradient, bias_gradient, scratch);
    } else {
      GradientByFilters<T>::add(g, image, padded.row, dy, gradient, bias_gradient, scratch);
    }
  }

 private:
  using Vector = Pack<T>;
  using Tiles = FilterTiles<T>;
  static constexpr Index width = Vector::width;
  static constexpr Index most_pixels = simd::registers >= 32 ? 14 : 7;

  /// Of the gradient's copy.
  static constexpr Index image_size(const Geometry& g) {
    return PaddedCopy(g).size + GradientByTaps<T>::chunk;
  }

  /// What a filter multiplies: numbers of the kernel, and where each finds its pixel.
  struct Taps {
    const Index* offsets;  // in the image, from the first tap on
    Index count;
    Index kernel_step;
    Index pixel_step;  // from what one output reads to what the next one does
  };

  static void put_offsets(const Geometry& g, Index image_row, Index* offsets) {
    for (Index i = 0; i < g.rows.window; ++i) {
      for (Index t = 0; t < g.columns.window * g.channels; ++t) *offsets++ = i * image_row + t;
    }
  }

  struct Output {
    Index filters;
    bool rectifies;
    bool streams;
  };

  /// A tile of pixels by the filters of some registers, of which `filters` are left.
  template <Index pixels, Index vectors>
  EIGEN_DONT_INLINE static void put_pixels(const Taps& taps, const T* x, const T* kernel,
                                           const T* bias, const Output& output, Index filters,
                                           T* to) {
    Vector sum[pixels][vectors];
    TWEED_UNROLL
    for (Index p = 0; p < pixels; ++p) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) sum[p][v] = Vector::load(bias + v * width);
    }
    // A pointer for each pixel would take more registers than there are: each has two neighbours,
    // as addresses add a step once or twice.
    constexpr Index group = 3;
    for (Index t = 0; t < taps.count; ++t, kernel += taps.kernel_step) {
      const T* from[(pixels + group - 1) / group];
      from[0] = x + taps.offsets[t];
      TWEED_UNROLL
      for (Index i = 1; i < (pixels + group - 1) / group; ++i) {
        from[i] = from[i - 1] + group * taps.pixel_step;
      }
      Vector weight[vectors];
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) weight[v] = Vector::load(kernel + v * width);
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) {
          const T value = from[p / group][p % group * taps.pixel_step];
          sum[p][v] = multiply_add(value, weight[v], sum[p][v]);
        }
      }
    }
    if (output.rectifies) {
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) sum[p][v] = max(sum[p][v], Vector::zero());
      }
    }
    TWEED_UNROLL
    for (Index p = 0; p < pixels; ++p, to += output.filters) {
      TWEED_UNROLL
      for (Index v = 0; v + 1 < vectors; ++v) {
        sum[p][v].store_or_stream(to + v * width, output.streams);
      }
      const Vector& last = sum[p][vectors - 1];
      T* const end = to + (vectors - 1) * width;
      const Index lanes = filters - (vectors - 1) * width;
      lanes < width ? last.store(end, lanes) : last.store_or_stream(end, output.streams);
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
