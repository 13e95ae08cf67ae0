#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/bias.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// Convolution straight from the definition for images of few channels, where a matrix of patches
/// would cost more to write than to use: vectors run over the filters, a tile of pixels (forward)
/// or of kernel taps (gradient) stays in registers. Any geometry; it has no input gradient.
template <class T>
struct Direct {
  static constexpr Index scratch_bytes(const Geometry& g, Index batch, int threads) {
    return Scratch::bytes<T>(std::max<Index>(BatchParts{batch}.count(), 1) *
                             padded_kernel_size(g)) +
           Scratch::bytes<T>(padded_filters(g)) + threads * worker_bytes(g);
  }

  static void forward(const Geometry& g, Forward<T> pass) {
    T* const kernel = pass.scratch.template take<T>(padded_kernel_size(g));
    T* const bias = pass.scratch.template take<T>(padded_filters(g));
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * worker_bytes(g));
    pad_rows(pass.kernel, g.taps() * g.channels, g, kernel);
    pad_rows(pass.bias, 1, g, bias);
    parallel_for(pass.batch, pass.threads, [&](Index n, int worker) {
      Scratch scratch = worker_scratch(memory, worker, worker_bytes(g));
      T* const image = scratch.take<T>(padded_image_size(g));
      pad_image(g, pass.x + n * g.input_size(), image);
      T* const y = pass.y + n * g.output_size();
      for (Index row = 0; row < g.rows.output; ++row) {
        for (Index f = 0; f < g.filters; f += filter_tile) {
          for (Index column = 0; column < g.columns.output; column += pixel_tile) {
            pixels(g, image, kernel + f, bias + f, row, column, f, pass.activation, y);
          }
        }
      }
    });
  }

  static void kernel_gradient(const Geometry& g, Backward<T> pass) {
    const BatchParts parts{pass.batch};
    T* const partial = pass.scratch.template take<T>(parts.count() * padded_kernel_size(g));
    std::byte* const memory = pass.scratch.template take<std::byte>(pass.threads * worker_bytes(g));
    parallel_for(parts.count(), pass.threads, [&](Index part, int worker) {
      Scratch scratch = worker_scratch(memory, worker, worker_bytes(g));
      T* const image = scratch.take<T>(padded_image_size(g));
      T* const padded = scratch.take<T>(padded_output_size(g));
      T* const gradient = partial + part * padded_kernel_size(g);
      std::fill_n(gradient, padded_kernel_size(g), T{});
      for (Index n = parts.begin(part); n < parts.end(part); ++n) {
        pad_image(g, pass.x + n * g.input_size(), image);
        const T* dy = pass.dy + n * g.output_size();
        if (g.filters != padded_filters(g)) {
          pad_rows(dy, g.output_pixels(), g, padded);
          dy = padded;
        }
        for (Index tap = 0; tap < g.taps() * g.channels; tap += tap_tile) {
          for (Index f = 0; f < padded_filters(g); f += filter_tile) {
            taps(g, image, dy + f, tap, gradient + tap * padded_filters(g) + f);
          }
        }
      }
    });
    sum_padded_parts(g, partial, parts.count(), pass.kernel_gradient);
  }

 private:
  using Vector = simd::Vector<T>;
  static constexpr Index vectors = 2;
  static constexpr Index width = simd::width<T>;
  static constexpr Index filter_tile = vectors * width;
  static constexpr Index pixel_tile = simd::registers >= 32 ? 12 : 6;
  static constexpr Index tap_tile = 5;

  static constexpr Index padded_filters(const Geometry& g) {
    return (g.filters + filter_tile - 1) / filter_tile * filter_tile;
  }
  static constexpr Index padded_taps(const Geometry& g) {
    return (g.taps() * g.channels + tap_tile - 1) / tap_tile * tap_tile;
  }
  static constexpr Index padded_kernel_size(const Geometry& g) {
    return padded_taps(g) * padded_filters(g);
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
  /// The last tile of pixels may read past the last row: the image ends in as many zeros.
  static constexpr Index padded_image_size(const Geometry& g) {
    return padded_extent(g.rows) * padded_row(g) + pixel_tile * g.columns.stride * g.channels;
  }
  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<T>(padded_image_size(g)) + Scratch::bytes<T>(padded_output_size(g));
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

  /// One tile of output pixels by one tile of filters.
  static void pixels(const Geometry& g, const T* image, const T* kernel, const T* bias, Index row,
                     Index column, Index filter, Activation activation, T* y) {
    Vector sum[pixel_tile][vectors];
    simd::unroll<pixel_tile>([&](auto p) {
      simd::unroll<vectors>([&](auto v) { sum[p][v] = simd::load(bias + v * width); });
    });
    const Index step = g.columns.stride * g.channels;
    const T* line = image + row * g.rows.stride * padded_row(g) + column * step;
    for (Index i = 0; i < g.rows.window; ++i, line += padded_row(g)) {
      const T* const end = line + g.columns.window * g.channels;
      for (const T* x = line; x < end; ++x, kernel += padded_filters(g)) {
        Vector weight[vectors];
        simd::unroll<vectors>([&](auto v) { weight[v] = simd::load(kernel + v * width); });
        simd::unroll<pixel_tile>([&](auto p) {
          const Vector value = simd::broadcast(x[p * step]);
          simd::unroll<vectors>(
              [&](auto v) { sum[p][v] = simd::multiply_add(value, weight[v], sum[p][v]); });
        });
      }
    }
    alignas(alignment) T tile[pixel_tile * filter_tile];
    simd::unroll<pixel_tile>([&](auto p) {
      simd::unroll<vectors>(
          [&](auto v) { simd::store(tile + p * filter_tile + v * width, sum[p][v]); });
    });
    const Index filters = std::min(filter_tile, g.filters - filter);
    const Index count = std::min(pixel_tile, g.columns.output - column);
    T* to = y + (row * g.columns.output + column) * g.filters + filter;
    for (Index p = 0; p < count; ++p, to += g.filters) {
      const T* const from = tile + p * filter_tile;
      if (activation == Activation::relu) {
        relu(from, to, filters, 1);
      } else {
        std::copy_n(from, filters, to);
      }
    }
  }

  /// Adds one sample's gradient of a tile of taps by a tile of filters.
  static void taps(const Geometry& g, const T* image, const T* dy, Index tap, T* gradient) {
    Index offset[tap_tile];
    const Index kernel_row = g.columns.window * g.channels;
    for (Index t = 0; t < tap_tile; ++t) {
      const Index existing = std::min(tap + t, g.taps() * g.channels - 1);
      offset[t] = existing / kernel_row * padded_row(g) + existing % kernel_row;
    }
    Vector sum[tap_tile][vectors];
    simd::unroll<tap_tile>([&](auto t) {
      simd::unroll<vectors>(
          [&](auto v) { sum[t][v] = simd::load(gradient + t * padded_filters(g) + v * width); });
    });
    for (Index row = 0; row < g.rows.output; ++row) {
      const T* x = image + row * g.rows.stride * padded_row(g);
      for (Index column = 0; column < g.columns.output; ++column) {
        Vector value[vectors];
        simd::unroll<vectors>([&](auto v) { value[v] = simd::load(dy + v * width); });
        simd::unroll<tap_tile>([&](auto t) {
          const Vector factor = simd::broadcast(x[offset[t]]);
          simd::unroll<vectors>(
              [&](auto v) { sum[t][v] = simd::multiply_add(factor, value[v], sum[t][v]); });
        });
        x += g.columns.stride * g.channels;
        dy += padded_filters(g);
      }
    }
    simd::unroll<tap_tile>([&](auto t) {
      simd::unroll<vectors>(
          [&](auto v) { simd::store(gradient + t * padded_filters(g) + v * width, sum[t][v]); });
    });
  }

  static void sum_padded_parts(const Geometry& g, const T* partial, Index parts, T* gradient) {
    for (Index tap = 0; tap < g.taps() * g.channels; ++tap, gradient += g.filters) {
      std::fill_n(gradient, g.filters, T{});
      for (Index part = 0; part < parts; ++part) {
        const T* const from = partial + part * padded_kernel_size(g) + tap * padded_filters(g);
        for (Index f = 0; f < g.filters; ++f) gradient[f] += from[f];
      }
    }
  }
};

}  // namespace tweed::kernels::conv
