#pragma once

// The innermost loops of grouped convolutions: a few places of a block, one vector of filters after
// the other.

#include <tweed/kernels/conv/grouped/tap_blocks.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

template <class T>
struct GroupedTile {
  using Vector = Pack<T>;
  static constexpr Index width = Vector::width;

  /// Filters that fill vectors.
  static constexpr Index whole(Index filters) { return filters - filters % width; }

  /// What the sums of a tile are made of. `half` is how far the second half of the places is from
  /// the first, in what they read and in what is written.
  struct Sum {
    const T* source;
    Index source_half;
    const T* kernel;
    const T* bias;
    bool rectifies;
    bool streams;
    T* to;
    Index half;
  };

  /// to = activation(bias + the sum over the taps).
  template <Index pixels>
  EIGEN_DONT_INLINE static void sum(const TapBlocks<T>& blocks, const TapBlock& block,
                                    const Sum& s) {
    constexpr Index lower = (pixels + 1) / 2;
    const Index filters = blocks.filters();
    const Index step = blocks.step();
    Index steps[lower];
    TWEED_UNROLL
    for (Index p = 0; p < lower; ++p) steps[p] = p * blocks.source_step();
    const Tap* const end = block.taps + block.tap_count;
    const T* const last = s.source + (block.tap_count > 0 ? end[-1].source : 0);
    for (Index f = 0; f < whole(filters); f += width) {
      const Vector first = s.bias == nullptr ? Vector::zero() : Vector::load(s.bias + f);
      Vector sum[pixels];
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) sum[p] = first;
      for (const Tap* tap = block.taps; tap < end; ++tap) {
        const Vector weights = Vector::load(s.kernel + tap->weights + f);
        const T* const from = s.source + tap->source + f;
        const T* const other = from + s.source_half;
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) {
          const T* const at = p < lower ? from + steps[p] : other + steps[p - lower];
          sum[p] = multiply_add(weights, Vector::load(at), sum[p]);
        }
      }
      T* at = s.to + f;
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) {
        if (s.rectifies) sum[p] = max(sum[p], Vector::zero());
        prefetch(last + (p < lower ? steps[p] : s.source_half + steps[p - lower]) + f + ahead);
        if (!s.streams) prefetch_to_write(at + ahead);
        sum[p].store_or_stream(at, s.streams);
        at += p == lower - 1 ? s.half - (lower - 1) * step : step;
      }
    }
    for (Index p = 0; p < pixels && whole(filters) < filters; ++p) {
      const bool is_lower = p < lower;
      sum_rest(block, filters, s, is_lower ? steps[p] : s.source_half + steps[p - lower],
               is_lower ? p * step : s.half + (p - lower) * step);
    }
  }

  /// What the gradients of a tile are made of, and what they are added to.
  struct Gradients {
    const T* x;
    const T* dy;
    const T* kernel;
    T* dx;
    bool streams;
    T* kernel_gradient;  // or nullptr
  };

  /// dx (+)= the sum over some taps for `height` x `columns` places, and what these places add to
  /// the gradients of the taps' weights.
  template <Index taps, bool with_kernel>
  EIGEN_DONT_INLINE static void add_gradients(const TapBlocks<T>& blocks, const Tap* tap,
                                              Index height, Index columns, bool adds,
                                              const Gradients& g) {
    const Index step = blocks.step();
    const Index source_step = blocks.source_step();
    Index source[taps];
    TWEED_UNROLL
    for (Index t = 0; t < taps; ++t) source[t] = tap[t].source;
    for (Index f = 0; f < whole(blocks.filters()); f += width) {
      Vector weights[taps];
      Vector sum[taps];
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) {
        weights[t] = Vector::load(g.kernel + tap[t].weights + f);
        sum[t] = Vector::zero();
      }
      for (Index row = 0; row < height; ++row) {
        const T* x = g.x + row * blocks.row_step() + f;
        const T* dy = g.dy + row * blocks.source_row_step() + f;
        T* dx = g.dx + row * blocks.row_step() + f;
        for (Index p = 0; p < columns; ++p, x += step, dy += source_step, dx += step) {
          if (with_kernel) prefetch_far(x + next_vectors);
          if (!g.streams) prefetch_far(dx + next_vectors);
          const Vector value = with_kernel ? Vector::load(x) : Vector::zero();
          Vector total = adds ? Vector::load(dx) : Vector::zero();
          TWEED_UNROLL
          for (Index t = 0; t < taps; ++t) {
            const Vector delta = Vector::load(dy + source[t]);
            total = multiply_add(weights[t], delta, total);
            if (with_kernel) sum[t] = multiply_add(value, delta, sum[t]);
          }
          total.store_or_stream(dx, g.streams);
        }
      }
      TWEED_UNROLL
      for (Index t = 0; t < taps && with_kernel; ++t) {
        T* const to = g.kernel_gradient + tap[t].weights + f;
        (Vector::load(to) + sum[t]).store(to);
      }
    }
  }

  /// The same for the filters that do not fill a vector, and all places and taps of a block.
  static void add_rest(const TapBlocks<T>& blocks, const TapBlock& block, const Gradients& g) {
    for (Index place = 0; place < block.height * block.width; ++place) {
      const Index row = place / block.width;
      const Index column = place % block.width;
      const Index at = row * blocks.row_step() + column * blocks.step();
      const T* const dy = g.dy + row * blocks.source_row_step() + column * blocks.source_step();
      for (Index f = whole(blocks.filters()); f < blocks.filters(); ++f) {
        T total{};
        for (const Tap* tap = block.taps; tap < block.taps + block.tap_count; ++tap) {
          const T delta = dy[tap->source + f];
          total += g.kernel[tap->weights + f] * delta;
          if (g.kernel_gradient == nullptr) continue;
          g.kernel_gradient[tap->weights + f] += g.x[at + f] * delta;
        }
        g.dx[at + f] = total;
      }
    }
  }

 private:
  /// How far ahead of where they are read or written cache lines are asked for.
  static constexpr Index ahead = 2048 / Index{sizeof(T)};
  /// The same where all places go by before the next vector of their filters does.
  static constexpr Index next_vectors = 2 * alignment / Index{sizeof(T)};

  static void sum_rest(const TapBlock& block, Index filters, const Sum& s, Index source, Index to) {
    for (Index f = whole(filters); f < filters; ++f) {
      T sum = s.bias == nullptr ? T{} : s.bias[f];
      for (const Tap* tap = block.taps; tap < block.taps + block.tap_count; ++tap) {
        sum += s.kernel[tap->weights + f] * s.source[source + tap->source + f];
      }
      s.to[to + f] = s.rectifies && sum < T{} ? T{} : sum;
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
