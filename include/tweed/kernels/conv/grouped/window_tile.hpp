#pragma once

// The innermost loops of depthwise convolutions with a window of 3 x 3: what a tile of places reads
// is loaded once and used for all taps that lie over it.

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

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

  static constexpr bool has_many_registers = simd::registers >= 32;
  /// Rows of places in a tile of the forward pass: their sums stay in registers.
  static constexpr Index rows = has_many_registers ? 2 : 1;

  /// Channels that both gradients are made of at a time: a whole cache line of each pixel, whose
  /// other part would often have left the cache before its turn. Pixels tend to be a power of two
  /// apart and to share few sets.
  static constexpr Index channels = std::max(Vector::width, alignment / Index{sizeof(T)});
  static constexpr Index vectors = channels / Vector::width;
  /// And rows of taps: their sums stay in registers.
  static constexpr Index tap_rows = has_many_registers && vectors == 1 ? side : 1;

  /// Whether the geometry is of the right kind, and all vectors are full.
  static constexpr bool fits(const Geometry& g) {
    const auto fits = [](const SlidingAxis& axis) {
      return axis.window == side && axis.dilation == 1 && axis.stride <= 2;
    };
    return g.group_channels() == 1 && g.group_filters() == 1 && g.filters % Vector::width == 0 &&
           fits(g.rows) && fits(g.columns) && g.rows.stride == g.columns.stride;
  }

  /// What a tile of the forward pass has, `rows` of `columns` places.
  struct Sum {
    const T* const* pixels;
    const T* kernel;
    const T* bias;
    bool is_positive;  // behind a ReLU
    bool streams;
    T* to;
    Index row_step;
    Index filters;
    Index ahead;  // from what is read to what the tile below will read
  };

  /// Pixels that it reads.
  static constexpr Index extent(Index places, Index stride) { return (places - 1) * stride + side; }

  /// to = activation(bias + the sum over the taps).
  template <Index stride>
  EIGEN_DONT_INLINE static void sum(const Sum& s) {
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
            prefetch_far(pixel + s.ahead);
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
        if (!s.streams) prefetch_far(to + rows * s.row_step);
        result.store_or_stream(to, s.streams);
      }
    }
  }

  /// Both gradients of a tile, a row of places.
  struct Gradients {
    const T* const* pixels;  // of dy: [side, extent(places, 1)]
    const T* x;
    const T* kernel;
    T* dx;  // or nullptr
    bool streams;
    T* kernel_gradient;  // or nullptr, with the bias's
    T* bias_gradient;
    Index filters;
  };

  /// dx = the sum over the taps, and what the places add to the gradients of weights and bias. The
  /// taps run backwards over dy.
  template <Index places, bool with_kernel>
  EIGEN_DONT_INLINE static void add_gradients(const Gradients& g) {
    alignas(alignment) T held[places * channels];
    for (Index f = 0; f < g.filters; f += channels) {
      TWEED_UNROLL
      for (Index row = 0; row < side; row += tap_rows) {
        TWEED_UNROLL
        for (Index v = 0; v < vectors; ++v) {
          add_tap_rows<places, with_kernel>(g, f + v * Vector::width, row,
                                            held + v * places * Vector::width);
        }
      }
      if (g.dx != nullptr && !g.streams) put<places>(g, f, held);
    }
  }

 private:
  /// The share of some rows of taps in a vector of each place.
  template <Index places, bool with_kernel>
  TWEED_INLINE static void add_tap_rows(const Gradients& g, Index f, Index row, T* held) {
    constexpr Index some = tap_rows * side;
    const Index last_tap = taps - 1 - row * side;
    Vector weights[some];
    Vector sum[some];
    TWEED_UNROLL
    for (Index t = 0; t < some; ++t) {
      weights[t] = Vector::load(g.kernel + (last_tap - t) * g.filters + f);
      if (with_kernel) sum[t] = Vector::load(g.kernel_gradient + (last_tap - t) * g.filters + f);
    }
    add_places<places, with_kernel>(g, f, row, weights, held, sum);
    TWEED_UNROLL
    for (Index t = 0; t < some && with_kernel; ++t) {
      sum[t].store(g.kernel_gradient + (last_tap - t) * g.filters + f);
    }
  }

  template <Index places, bool with_kernel>
  TWEED_INLINE static void add_places(const Gradients& g, Index f, Index row,
                                      const Vector (&weights)[tap_rows * side], T* held,
                                      Vector (&sum)[tap_rows * side]) {
    constexpr Index width = extent(places, 1);
    const bool is_first = row == 0;
    const bool streams = g.streams && row + tap_rows == side;  // else it is added to
    const bool is_new_line = f % channels == 0;
    const Index ahead = places * g.filters;
    const T* const x = g.x + f;
    Vector value[places];
    Vector total[places];
    Vector bias = Vector::zero();
    TWEED_UNROLL
    for (Index column = 0; column < width; ++column) {
      if (column < places) {
        if (with_kernel) value[column] = Vector::load(x + column * g.filters);
        total[column] = is_first ? Vector::zero() : Vector::load(held + column * Vector::width);
        if (with_kernel && is_first && is_new_line) prefetch_far(x + column * g.filters + ahead);
      }
      TWEED_UNROLL
      for (Index i = 0; i < tap_rows; ++i) {
        const T* const pixel = g.pixels[(row + i) * width + column] + f;
        const Vector delta = Vector::load(pixel);
        if (row + i == 1 && column > 0 && column <= places) {
          if (with_kernel) bias = bias + delta;
          if (is_new_line) prefetch_far(pixel + ahead);
        }
        TWEED_UNROLL
        for (Index j = 0; j < side; ++j) {
          const Index p = column - j;
          if (p < 0 || p >= places) continue;
          total[p] = multiply_add(weights[i * side + j], delta, total[p]);
          if (with_kernel) sum[i * side + j] = multiply_add(value[p], delta, sum[i * side + j]);
        }
      }
      if (column >= side - 1) {
        const Index p = column - side + 1;
        T* const to = streams ? g.dx + f + p * g.filters : held + p * Vector::width;
        total[p].store_or_stream(to, streams);
      }
    }
    if (with_kernel && row <= 1 && row + tap_rows > 1) {
      T* const to = g.bias_gradient + f;
      (Vector::load(to) + bias).store(to);
    }
  }

  /// The vectors that are held to dx: all at once, because loads wait for stores before them whose
  /// addresses differ by a multiple of a page, as those of pixels may. Streams wait less. The lines
  /// of the next tile are fetched, as a store that misses the caches holds up those behind it.
  template <Index places>
  TWEED_INLINE static void put(const Gradients& g, Index f, const T* held) {
    TWEED_UNROLL
    for (Index p = 0; p < places; ++p) {
      T* const to = g.dx + p * g.filters + f;
      prefetch_far(to + places * g.filters);
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        Vector::load(held + (v * places + p) * Vector::width).store(to + v * Vector::width);
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
