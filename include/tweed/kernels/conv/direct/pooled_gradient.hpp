#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/pass.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/transpose.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace TWEED_NAMESPACE::kernels::conv {

/// The gradients of kernel and bias behind a max-pool of 2 x 2, for few channels and many filters.
/// Of the four pixels of a window the gradient reaches one, another one in each filter. So a vector
/// of filters takes what a tap reads from four numbers side by side, instead of adding four
/// products of which three are zero.
template <class T>
struct PooledGradient {
  static constexpr bool is_available = simd::has_fast_take<T>;

  static constexpr bool fits(const Geometry& g, const FusedPool& pool) {
    const auto is_half = [](const SlidingAxis& axis) {
      return axis.window == 2 && axis.stride == 2 && axis.dilation == 1 && axis.before == 0 &&
             2 * axis.output <= axis.input;
    };
    return is_dense(g) && g.filters % Pack<T>::width == 0 && is_half(pool.geometry.rows) &&
           is_half(pool.geometry.columns);
  }

  /// For any pool of the convolution's output.
  static constexpr Index scratch_bytes(const Geometry& g) {
    if (!is_available || !is_dense(g)) return 0;
    const Index width = whole_vectors(g.columns.output + g.columns.window);
    return 2 * Scratch::bytes<T>(line_size(width)) +
           Scratch::bytes<T>((g.rows.output + g.rows.window) * width * 4);
  }

  /// Adds what an image gives: x [h,w,c], and dy and the pool's taps [ph,pw,f].
  EIGEN_DONT_INLINE static void add(const Geometry& g, const PoolGeometry& pool, const T* x,
                                    const T* dy, const FusedPool::Tap* taps, T* kernel_gradient,
                                    T* bias_gradient, Scratch scratch) {
    const Index width = fours_width(g, pool);
    T* const upper = scratch.take<T>(line_size(width));
    T* const lower = scratch.take<T>(line_size(width));
    T* const fours = scratch.take<T>(fours_height(g, pool) * width * 4);
    if (bias_gradient != nullptr) std::fill_n(bias_gradient, g.filters, T{});
    for (Index c = 0; c < g.channels; ++c) {
      put_side_by_side(g, pool, x + c, upper, lower, fours);
      const Pooled pooled{pool, dy, taps, fours, width, g.filters};
      for (Index f = 0; f < g.filters; f += Pack<T>::width) {
        T* const gradient = kernel_gradient + c * g.filters + f;
        add_window(g, pooled, f, gradient);
        if (c == 0 && bias_gradient != nullptr) add_bias(pooled, f, bias_gradient + f);
      }
    }
  }

 private:
  /// Taps that are summed at once: those of 5 x 5, which registers have just room for, or of 3 x 3.
  static constexpr Index most_taps = 25;
  static constexpr Index some_taps = 9;

  struct Pooled {
    const PoolGeometry& pool;
    const T* dy;
    const FusedPool::Tap* taps;
    const T* fours;  // [rows, width, 4]
    Index width;
    Index filters;

    Index pixels() const { return pool.rows.output * pool.columns.output; }

    /// The gradient of a vector of filters, where the pool lets it pass.
    EIGEN_ALWAYS_INLINE Pack<T> gradient(Index at) const {
      const auto tap = Pack<T>::load_converted(taps + at, Pack<T>::width);
      return select(less(tap, Pack<T>::broadcast(T{4})), Pack<T>::load(dy + at), Pack<T>::zero());
    }
  };

  static constexpr Index whole_vectors(Index count) {
    return (count + Pack<T>::width - 1) / Pack<T>::width * Pack<T>::width;
  }
  static constexpr Index line_size(Index width) { return width + Pack<T>::width; }

  static constexpr Index fours_height(const Geometry& g, const PoolGeometry& pool) {
    return 2 * (pool.rows.output - 1) + g.rows.window;
  }
  static constexpr Index fours_width(const Geometry& g, const PoolGeometry& pool) {
    return whole_vectors(2 * (pool.columns.output - 1) + g.columns.window);
  }

  /// fours [row, column] = x [row, column], its right and lower neighbours and the one between,
  /// zeros outside; from where the first window begins on.
  static void put_side_by_side(const Geometry& g, const PoolGeometry& pool, const T* x, T* upper,
                               T* lower, T* fours) {
    const Index width = fours_width(g, pool);
    load_line(g, x, -g.rows.before, line_size(width), upper);
    for (Index row = 0; row < fours_height(g, pool); ++row) {
      load_line(g, x, row + 1 - g.rows.before, line_size(width), lower);
      for (Index i = 0; i < width; i += Pack<T>::width, fours += 4 * Pack<T>::width) {
        simd::store_interleaved(fours, simd::load(upper + i), simd::load(upper + i + 1),
                                simd::load(lower + i), simd::load(lower + i + 1));
      }
      std::swap(upper, lower);
    }
  }

  /// A channel of a row of x with the zeros beside it. Short, and compiled as if it were rare.
  [[gnu::cold]] static void load_line(const Geometry& g, const T* x, Index row, Index count,
                                      T* line) {
    std::fill_n(line, count, T{});
    if (row < 0 || row >= g.rows.input) return;
    const T* const from = x + row * g.columns.input * g.channels;
    const Index end = std::min(count - g.columns.before, g.columns.input);
    for (Index i = 0; i < end; ++i) line[g.columns.before + i] = from[i * g.channels];
  }

  static void add_window(const Geometry& g, const Pooled& pooled, Index filter, T* gradient) {
    const Index step = g.channels * g.filters;
    for (Index tap = 0; tap < g.taps();) {
      const Index left = g.taps() - tap;
      Index offsets[most_taps] = {};
      for (Index i = 0; i < std::min(left, most_taps); ++i) {
        offsets[i] =
            ((tap + i) / g.columns.window * pooled.width + (tap + i) % g.columns.window) * 4;
      }
      T* const to = gradient + tap * step;
      if (left >= most_taps) {
        add_taps<most_taps>(pooled, offsets, filter, most_taps, to, step);
        tap += most_taps;
      } else {
        add_taps<some_taps>(pooled, offsets, filter, std::min(left, some_taps), to, step);
        tap += some_taps;
      }
    }
  }

  /// The sums of `taps` taps, of which `count` are wanted.
  template <Index taps>
  EIGEN_DONT_INLINE static void add_taps(const Pooled& pooled, const Index* offsets, Index filter,
                                         Index count, T* gradient, Index gradient_step) {
    const Index columns = pooled.pool.columns.output;
    Pack<T> sum[taps];
    TWEED_UNROLL
    for (Index t = 0; t < taps; ++t) sum[t] = Pack<T>::zero();
    Index at = filter;
    for (Index row = 0; row < pooled.pool.rows.output; ++row) {
      const T* fours = pooled.fours + 2 * row * pooled.width * 4;
      for (Index column = 0; column < columns; ++column, fours += 8, at += pooled.filters) {
        const Pack<T> delta = pooled.gradient(at);
        TWEED_UNROLL
        for (Index t = 0; t < taps; ++t) {
          const Pack<T> x{simd::take(fours + offsets[t], pooled.taps + at)};
          sum[t] = multiply_add(x, delta, sum[t]);
        }
      }
    }
    TWEED_UNROLL
    for (Index t = 0; t < taps; ++t) {
      if (t >= count) return;
      T* const to = gradient + t * gradient_step;
      (Pack<T>::load(to) + sum[t]).store(to);
    }
  }

  static void add_bias(const Pooled& pooled, Index filter, T* gradient) {
    Pack<T> sum = Pack<T>::zero();
    for (Index p = 0; p < pooled.pixels(); ++p) {
      sum = sum + pooled.gradient(p * pooled.filters + filter);
    }
    (Pack<T>::load(gradient) + sum).store(gradient);
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
