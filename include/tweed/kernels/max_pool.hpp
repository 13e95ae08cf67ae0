#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/window.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace tweed::kernels {

/// Sizes of a max-pool. Padding never wins: the window sees the inputs alone.
struct PoolGeometry {
  SlidingAxis rows;
  SlidingAxis columns;
  Index channels;

  constexpr Index input_size() const { return rows.input * columns.input * channels; }
  constexpr Index output_size() const { return rows.output * columns.output * channels; }
};

/// Which tap of its window an output came from.
using PoolTap = std::uint16_t;

namespace detail {

/// Calls `body(input offset, output offset, tap)` for every tap of every output pixel of a sample.
template <class Body>
void for_each_pool_tap(const PoolGeometry& g, const Body& body) {
  for (Index row = 0; row < g.rows.output; ++row) {
    for (Index column = 0; column < g.columns.output; ++column) {
      const Index output = (row * g.columns.output + column) * g.channels;
      for (Index i = g.rows.first_tap(row); i < g.rows.end_tap(row); ++i) {
        for (Index j = g.columns.first_tap(column); j < g.columns.end_tap(column); ++j) {
          const Index y = row * g.rows.stride - g.rows.before + i;
          const Index x = column * g.columns.stride - g.columns.before + j;
          body((y * g.columns.input + x) * g.channels, output, i * g.columns.window + j);
        }
      }
    }
  }
}

/// Whether `value` replaces the largest so far: the first of equals stays, and so does a NaN.
template <class T>
bool beats(T value, T largest) {
  return value > largest || value != value;
}

}  // namespace detail

/// y [n,oh,ow,c] = the largest input of each window of x [n,h,w,c].
template <class T>
void max_pool(const PoolGeometry& g, Index batch, const T* x, T* y, int threads) {
  parallel_for(batch, threads, [&](Index n, int) {
    std::fill_n(y + n * g.output_size(), g.output_size(), -std::numeric_limits<T>::infinity());
    detail::for_each_pool_tap(g, [&](Index input, Index output, Index) {
      const T* const from = x + n * g.input_size() + input;
      T* const to = y + n * g.output_size() + output;
      for (Index c = 0; c < g.channels; ++c)
        to[c] = detail::beats(from[c], to[c]) ? from[c] : to[c];
    });
  });
}

/// The same, and keeps which tap each output came from in `taps` [n,oh,ow,c].
template <class T>
void max_pool(const PoolGeometry& g, Index batch, const T* x, T* y, PoolTap* taps, int threads) {
  parallel_for(batch, threads, [&](Index n, int) {
    std::fill_n(y + n * g.output_size(), g.output_size(), -std::numeric_limits<T>::infinity());
    std::fill_n(taps + n * g.output_size(), g.output_size(), PoolTap{});
    detail::for_each_pool_tap(g, [&](Index input, Index output, Index tap) {
      const T* const from = x + n * g.input_size() + input;
      T* const to = y + n * g.output_size() + output;
      PoolTap* const tap_to = taps + n * g.output_size() + output;
      for (Index c = 0; c < g.channels; ++c) {
        const bool larger = detail::beats(from[c], to[c]);
        to[c] = larger ? from[c] : to[c];
        tap_to[c] = larger ? static_cast<PoolTap>(tap) : tap_to[c];
      }
    });
  });
}

/// dx [n,h,w,c] = the sum of the dy [n,oh,ow,c] that each input was the largest for.
template <class T>
void max_pool_gradient(const PoolGeometry& g, Index batch, const T* dy, const PoolTap* taps, T* dx,
                       int threads) {
  parallel_for(batch, threads, [&](Index n, int) {
    std::fill_n(dx + n * g.input_size(), g.input_size(), T{});
    detail::for_each_pool_tap(g, [&](Index input, Index output, Index tap) {
      T* const to = dx + n * g.input_size() + input;
      const T* const from = dy + n * g.output_size() + output;
      const PoolTap* const tap_from = taps + n * g.output_size() + output;
      for (Index c = 0; c < g.channels; ++c) to[c] += tap_from[c] == tap ? from[c] : T{};
    });
  });
}

}  // namespace tweed::kernels
