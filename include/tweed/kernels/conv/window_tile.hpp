#pragma once

// The innermost loops of depthwise convolutions with a window of 3 x 3: what a tile of places reads
// is loaded once and used for all taps that lie over it.

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// An image [rows,columns,filters] in the midst of zeros.
template <class T>
struct PaddedImage {
  const T* data;
  Index rows;
  Index columns;
  Index filters;
  const T* zeros;  // [filters]

  /// Pointers to the pixels of a rectangle, which may reach beyond the image.
  void find(Index row, Index column, Index height, Index width, const T** pixels) const {
    for (Index r = row; r < row + height; ++r) {
      const bool is_inside = r >= 0 && r < rows;
      for (Index c = column; c < column + width; ++c) {
        *pixels++ = is_inside && c >= 0 && c < columns ? data + (r * columns + c) * filters : zeros;
      }
    }
  }
};

template <class T>
struct WindowTile {
  using Vector = Pack<T>;
  static constexpr Index side = 3;
  static constexpr Index taps = side * side;
  static constexpr Index columns = 7;  // sides of images are often multiples of it

  /// Whether there are registers for the weights and sums of a tile.
  static constexpr bool fits_registers = simd::registers >= 32;

  /// Whether the geometry is of the right kind, and all vectors are full.
  static constexpr bool fits(const Geometry& g) {
    const auto fits = [](const SlidingAxis& axis) {
      return axis.window == side && axis.dilation == 1 && axis.stride <= 2;
    };
    return fits_registers && g.group_channels() == 1 && g.group_filters() == 1 &&
           g.filters % Vector::width == 0 && fits(g.rows) && fits(g.columns) &&
           g.rows.stride == g.columns.stride;
  }

  /// What a tile of the forward pass has, two rows of `columns` places.
  struct Sum {
    const T* const* pixels;
    const T* kernel;
    const T* bias;
    bool is_positive;  // behind a ReLU
    bool streams;
    T* to;
    Index row_step;
    Index filters;
    Index ahead;  // from what is read to what will be read two rows on
  };

  /// Pixels that it reads.
  static constexpr Index extent(Index places, Index stride) { return (places - 1) * stride + side; }

  /// to = activation(bias + the sum over the taps).
  template <Index stride>
  EIGEN_DONT_INLINE static void sum(const Sum& s) {
    constexpr Index rows = 2;
    constexpr Index height = extent(rows, stride);
    constexpr Index width = extent(columns, stride);
    for (Index f = 0; f < s.filters; f += Vector::width) {
      Vector weights[taps];
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) weights[t] = Vector::load(s.kernel + t * s.filters + f);
      Vector sum[rows][columns];
      const Vector first = Vector::load(s.bias + f);
      TWEED_UNROLL
      for (Index p = 0; p < rows * columns; ++p) sum[p / columns][p % columns] = first;
      TWEED_UNROLL
      for (Index y = 0; y < height; ++y) {
        TWEED_UNROLL
        for (Index x = 0; x < width; ++x) {
          const T* const pixel = s.pixels[y * width + x] + f;
          const Vector value = Vector::load(pixel);
          if (y >= height - rows * stride && x < columns * stride) {
            simd::prefetch_far(pixel + s.ahead);
          }
          TWEED_UNROLL
          for (Index p = 0; p < rows * columns; ++p) {
            const Index i = y - p / columns * stride;
            const Index j = x - p % columns * stride;
            if (i < 0 || i >= side || j < 0 || j >= side) continue;
            Vector& to = sum[p / columns][p % columns];
            to = multiply_add(weights[i * side + j], value, to);
          }
        }
      }
      TWEED_UNROLL
      for (Index p = 0; p < rows * columns; ++p) {
        Vector result = sum[p / columns][p % columns];
        if (s.is_positive) result = max(result, Vector::zero());
        T* const to = s.to + p / columns * s.row_step + p % columns * s.filters + f;
        if (!s.streams) simd::prefetch_far(to + rows * s.row_step);
        result.store_or_stream(to, s.streams);
      }
    }
  }

  /// Both gradients of some tiles, each one row of places.
  struct Gradients {
    const T* const* pixels;  // of dy: [tiles, side, extent(places, 1)]
    const Index* places;     // [tiles]: where the first one lies in x and dx
    Index tiles;
    const T* x;
    const T* kernel;
    T* dx;    // or nullptr
    T* held;  // memory for a vector of each place
    bool streams;
    T* kernel_gradient;
    T* bias_gradient;
    Index filters;
    Index ahead;  // from the places of these tiles to those that come next
  };

  /// dx = the sum over the taps, and what the places add to the gradients of weights and bias. The
  /// taps run backwards over dy.
  template <Index places>
  EIGEN_DONT_INLINE static void add_gradients(const Gradients& g) {
    constexpr Index width = extent(places, 1);
    for (Index f = 0; f < g.filters; f += Vector::width) {
      Vector weights[taps];
      Vector sum[taps];
      Vector bias = Vector::zero();
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        weights[t] = Vector::load(g.kernel + (taps - 1 - t) * g.filters + f);
        sum[t] = Vector::zero();
      }
      const T* const* pixels = g.pixels;
      T* held = g.held;
      for (Index tile = 0; tile < g.tiles; ++tile, pixels += side * width) {
        const T* const x = g.x + g.places[tile] + f;
        Vector value[places];
        Vector total[places];
        TWEED_UNROLL
        for (Index column = 0; column < width; ++column) {
          if (column < places) {
            value[column] = Vector::load(x + column * g.filters);
            total[column] = Vector::zero();
            simd::prefetch_far(x + column * g.filters + g.ahead);
          }
          TWEED_UNROLL
          for (Index i = 0; i < side; ++i) {
            const T* const pixel = pixels[i * width + column] + f;
            const Vector delta = Vector::load(pixel);
            if (i == 1 && column > 0 && column <= places) {
              bias = bias + delta;
              simd::prefetch_far(pixel + g.ahead);
            }
            TWEED_UNROLL
            for (Index j = 0; j < side; ++j) {
              const Index p = column - j;
              if (p < 0 || p >= places) continue;
              total[p] = multiply_add(weights[i * side + j], delta, total[p]);
              sum[i * side + j] = multiply_add(value[p], delta, sum[i * side + j]);
            }
          }
          if (column >= side - 1) {
            const Index p = column - side + 1;
            const T* const at = x + p * g.filters;
            total[p].store_or_stream(g.streams ? g.dx + (at - g.x) : held, g.streams);
            held += Vector::width;
          }
        }
      }
      if (g.dx != nullptr && !g.streams) put<places>(g, f);
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        T* const to = g.kernel_gradient + (taps - 1 - t) * g.filters + f;
        (Vector::load(to) + sum[t]).store(to);
      }
      T* const to = g.bias_gradient + f;
      (Vector::load(to) + bias).store(to);
    }
  }

 private:
  /// The vectors that are held to dx: all at once, because loads wait for stores before them whose
  /// addresses differ by a multiple of a page, as those of pixels may. Streams wait less.
  template <Index places>
  static void put(const Gradients& g, Index f) {
    const T* held = g.held;
    for (Index tile = 0; tile < g.tiles; ++tile) {
      T* const dx = g.dx + g.places[tile] + f;
      TWEED_UNROLL
      for (Index p = 0; p < places; ++p, held += Vector::width) {
        Vector::load(held).store(dx + p * g.filters);
      }
    }
  }
};

}  // namespace tweed::kernels::conv
