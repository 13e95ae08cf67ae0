#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/tap_axis.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <span>
#include <type_traits>

namespace tweed::kernels::conv {

/// Convolution whose filters see few channels each, in a depthwise convolution one: vectors run
/// over the filters of all groups, and each filter finds its own channel in its lane. Where a group
/// has more than one channel or filter, the image is spread out for that: plane e holds for each
/// filter channel e of its group. Any geometry.
template <class T>
struct Grouped {
  static constexpr Index shared_bytes(const Geometry&) { return 0; }
  static constexpr Index worker_bytes(const Geometry& g) {
    return Scratch::bytes<TapRun>(std::max(g.columns.input, g.columns.output)) +
           Scratch::bytes<Tap>(g.taps() * g.group_channels()) + Scratch::bytes<T>(spread_size(g));
  }
  static const T* prepare(const Geometry&, const T* kernel, Scratch) { return kernel; }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, Activation activation, const RowRange& rows,
                                        T* y, Scratch scratch) {
    Walk walk(g, false, scratch);
    for_each_strip(g, g.rows.stride * g.group_channels(), rows, [&](const RowRange& strip) {
      walk.source = spread(g, x, strip, scratch);
      walk.for_each_run(strip, {0, g.group_channels()}, [&](Index row, const TapRun& run) {
        sum_run(walk, run, kernel, bias, activation, y + walk.offset(row, run.first));
      });
    });
  }

  EIGEN_DONT_INLINE static void input_gradient(const Geometry& g, const T* dy, const T* kernel,
                                               T* dx, Scratch scratch) {
    Walk walk(g, true, scratch);
    walk.source = {dy, 0, 0};
    T* const plane = scratch.take<T>(spread_size(g));
    for_each_strip(g, 1, {0, g.rows.input}, [&](const RowRange& strip) {
      for (Index e = 0; e < g.group_channels(); ++e) {
        T* const to = is_spread(g) ? plane : dx + walk.offset(strip.begin, 0);
        walk.for_each_run(strip, {e, e + 1}, [&](Index row, const TapRun& run) {
          sum_run(walk, run, kernel, nullptr, Activation::none,
                  to + walk.offset(row - strip.begin, run.first));
        });
        if (is_spread(g)) collect(g, plane, strip, e, dx);
      }
    });
  }

  EIGEN_DONT_INLINE static void add_kernel_gradient(const Geometry& g, const T* x, const T* dy,
                                                    T* gradient, T* bias_gradient,
                                                    Scratch scratch) {
    Walk walk(g, false, scratch);
    std::fill_n(bias_gradient, g.filters, T{});
    const RowRange all{0, g.rows.output};
    for_each_strip(g, g.rows.stride * g.group_channels(), all, [&](const RowRange& strip) {
      walk.source = spread(g, x, strip, scratch);
      walk.for_each_run(strip, {0, g.group_channels()}, [&](Index row, const TapRun& run) {
        add_run(walk, run, dy + walk.offset(row, run.first), gradient, bias_gradient);
      });
    });
  }

 private:
  using Vector = Pack<T>;
  static constexpr Index width = Vector::width;

  /// What a tap multiplies, as offsets from the source and the kernel.
  struct Tap {
    Index source;
    Index weights;
  };

  /// Planes [rows,columns,filters] of what the taps read, from one row on.
  struct Source {
    const T* data;
    Index first_row;
    Index plane_size;
  };

  /// Channels of each group.
  struct ChannelRange {
    Index begin;
    Index end;
  };

  /// Goes along the runs of rows, with the list of the taps that each run uses.
  struct Walk {
    const Geometry& g;
    TapAxis rows;
    TapAxis columns;
    TapRun* runs;
    Index run_count;
    Tap* taps;
    Index tap_count = 0;
    Source source{};

    Walk(const Geometry& geometry, bool is_gradient, Scratch& scratch)
        : g(geometry),
          rows{g.rows, is_gradient},
          columns{g.columns, is_gradient},
          runs(scratch.take<TapRun>(std::max(g.columns.input, g.columns.output))),
          run_count(find_runs(columns, runs)),
          taps(scratch.take<Tap>(g.taps() * g.group_channels())) {}

    /// Of a place in what is written.
    Index offset(Index row, Index column) const {
      return (row * columns.size() + column) * g.filters;
    }
    /// Between neighbours in a run.
    Index step() const { return columns.step() * g.filters; }
    Index source_step() const { return columns.source_step() * g.filters; }

    /// Of what the next row of places reads for the first time.
    Index next_source_row() const {
      const Index last = tap_count > 0 ? taps[tap_count - 1].source : 0;
      return last + columns.source_size() * g.filters;
    }

    template <class Body>
    void for_each_run(const RowRange& range, const ChannelRange& channels, const Body& body) {
      for (Index row = range.begin; row < range.end; ++row) {
        for (Index i = 0; i < run_count; ++i) {
          find_taps(row, runs[i].first, channels);
          body(row, runs[i]);
        }
      }
    }

    void find_taps(Index row, Index column, const ChannelRange& channels) {
      tap_count = 0;
      for (Index i = 0; i < g.rows.window; ++i) {
        const Index r = rows.source(row, i);
        for (Index j = 0; j < g.columns.window && r >= 0; ++j) {
          const Index c = columns.source(column, j);
          if (c < 0) continue;
          const Index pixel = (r - source.first_row) * columns.source_size() + c;
          const Index tap = (i * g.columns.window + j) * g.group_channels();
          for (Index e = channels.begin; e < channels.end; ++e) {
            taps[tap_count++] = {e * source.plane_size + pixel * g.filters, (tap + e) * g.filters};
          }
        }
      }
    }
  };

  static constexpr bool is_spread(const Geometry& g) {
    return g.group_channels() > 1 || g.group_filters() > 1;
  }

  /// Rows at a time, each with `cost` rows of planes, so that what is spread stays in the cache.
  static constexpr Index strip_rows(const Geometry& g, Index cost) {
    constexpr Index target = 64 * 1024;
    const Index row = std::max(g.columns.input, g.columns.output) * g.filters * cost;
    return std::max<Index>(1, target / std::max<Index>(row, 1));
  }

  template <class Body>
  static void for_each_strip(const Geometry& g, Index cost, const RowRange& rows,
                             const Body& body) {
    const Index height = is_spread(g) ? strip_rows(g, cost) : rows.end - rows.begin;
    for (Index row = rows.begin; row < rows.end; row += height) {
      body(RowRange{row, std::min(row + height, rows.end)});
    }
  }

  /// Rows of the input under rows of the output.
  static constexpr RowRange rows_under(const Geometry& g, const RowRange& rows) {
    const Index first = rows.begin * g.rows.stride - g.rows.before;
    const Index last = (rows.end - 1) * g.rows.stride - g.rows.before + g.rows.span();
    return {std::clamp<Index>(first, 0, g.rows.input), std::clamp<Index>(last, 0, g.rows.input)};
  }

  static constexpr Index spread_size(const Geometry& g) {
    if (!is_spread(g)) return 0;
    const Index height = strip_rows(g, g.rows.stride * g.group_channels());
    const Index under = std::min(g.rows.input, (height - 1) * g.rows.stride + g.rows.span());
    const Index planes = g.group_channels() * under * g.columns.input * g.filters;
    const Index plane = std::min(g.rows.input, strip_rows(g, 1)) * g.columns.input * g.filters;
    return std::max(planes, plane);
  }

  /// What output rows `strip` read, spread out if it has to be.
  static Source spread(const Geometry& g, const T* x, const RowRange& strip, Scratch scratch) {
    if (!is_spread(g)) return {x, 0, 0};
    const RowRange under = rows_under(g, strip);
    const Index pixels = (under.end - under.begin) * g.columns.input;
    const T* const first = x + under.begin * g.columns.input * g.channels;
    T* const planes = scratch.take<T>(spread_size(g));
    for (Index e = 0; e < g.group_channels(); ++e) {
      for (Index p = 0; p < pixels; ++p) {
        T* const to = planes + (e * pixels + p) * g.filters;
        const T* const from = first + p * g.channels + e;
        for (Index group = 0; group < g.groups; ++group) {
          std::fill_n(to + group * g.group_filters(), g.group_filters(),
                      from[group * g.group_channels()]);
        }
      }
    }
    return {planes, under.begin, pixels * g.filters};
  }

  /// Channel e of each group of dx: the sum over the group's filters.
  static void collect(const Geometry& g, const T* plane, const RowRange& strip, Index e, T* dx) {
    const Index pixels = (strip.end - strip.begin) * g.columns.input;
    T* to = dx + strip.begin * g.columns.input * g.channels + e;
    for (Index i = 0; i < pixels * g.groups; ++i, to += g.group_channels()) {
      T sum{};
      for (Index f = 0; f < g.group_filters(); ++f) sum += *plane++;
      *to = sum;
    }
  }

  /// Calls `body(constant, offset)` for tiles of a run, large ones first.
  template <Index tile, class Body>
  static void for_each_tile(Index count, const Body& body) {
    Index at = 0;
    for (; at + tile <= count; at += tile) body(std::integral_constant<Index, tile>{}, at);
    if constexpr (tile > 1) {
      for_each_tile<tile / 2>(count - at, [&](auto smaller, Index i) { body(smaller, at + i); });
    }
  }

  /// to = activation(bias + the sum over the taps), for the pixels of a run.
  static void sum_run(const Walk& walk, const TapRun& run, const T* kernel, const T* bias,
                      Activation activation, T* to) {
    for_each_tile<8>(run.count, [&](auto pixels, Index p) {
      sum_tile<pixels>(walk, walk.source.data + p * walk.source_step(), kernel, bias, activation,
                       to + p * walk.step());
    });
  }

  template <Index pixels>
  EIGEN_DONT_INLINE static void sum_tile(const Walk& walk, const T* source, const T* kernel,
                                         const T* bias, Activation activation, T* to) {
    const Index step = walk.step();
    const Index source_step = walk.source_step();
    const Tap* const end = walk.taps + walk.tap_count;
    const Index whole = walk.g.filters - walk.g.filters % width;
    const T* const next_row = source + walk.next_source_row();
    for (Index f = 0; f < whole; f += width) {
      const Vector first = bias == nullptr ? Vector::zero() : Vector::load(bias + f);
      Vector sum[pixels];
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) sum[p] = first;
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) simd::prefetch(next_row + p * source_step + f);
      for (const Tap* tap = walk.taps; tap < end; ++tap) {
        const Vector weights = Vector::load(kernel + tap->weights + f);
        const T* const from = source + tap->source + f;
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) {
          sum[p] = multiply_add(weights, Vector::load(from + p * source_step), sum[p]);
        }
      }
      if (activation == Activation::relu) {
        TWEED_UNROLL
        for (Index p = 0; p < pixels; ++p) sum[p] = max(sum[p], Vector::zero());
      }
      TWEED_UNROLL
      for (Index p = 0; p < pixels; ++p) sum[p].store(to + p * step + f);
    }
    for (Index p = 0; p < pixels && whole < walk.g.filters; ++p) {
      sum_rest(walk, source + p * source_step, kernel, bias, activation, to + p * step);
    }
  }

  /// The filters of a pixel that do not fill a vector.
  static void sum_rest(const Walk& walk, const T* source, const T* kernel, const T* bias,
                       Activation activation, T* to) {
    for (Index f = walk.g.filters - walk.g.filters % width; f < walk.g.filters; ++f) {
      T sum = bias == nullptr ? T{} : bias[f];
      for (Index t = 0; t < walk.tap_count; ++t) {
        sum += kernel[walk.taps[t].weights + f] * source[walk.taps[t].source + f];
      }
      to[f] = activation == Activation::relu && sum < T{} ? T{} : sum;
    }
  }

  /// Adds the gradients that a run gives to the taps' weights. A few pixels at a time: all their
  /// channels lie together.
  static void add_run(const Walk& walk, const TapRun& run, const T* dy, T* gradient,
                      T* bias_gradient) {
    constexpr Index pixels = 16;
    for (Index p = 0; p < run.count; p += pixels) {
      const Index count = std::min(pixels, run.count - p);
      const T* const source = walk.source.data + p * walk.source_step();
      add_pixels(walk, count, source, dy + p * walk.g.filters, bias_gradient);
      const auto taps = [&](auto tile, Index first) {
        add_tile<tile>(walk, walk.taps + first, count, source, dy + p * walk.g.filters, gradient);
      };
      Index tap = 0;
      for (; tap + 9 <= walk.tap_count; tap += 9) taps(std::integral_constant<Index, 9>{}, tap);
      for_each_tile<4>(walk.tap_count - tap, [&](auto tile, Index i) { taps(tile, tap + i); });
    }
  }

  /// sum += dy over some pixels. What the next rows read for the first time is fetched meanwhile.
  EIGEN_DONT_INLINE static void add_pixels(const Walk& walk, Index pixels, const T* source,
                                           const T* dy, T* sum) {
    const Index filters = walk.g.filters;
    const T* const next_source = source + walk.next_source_row();
    const T* const next_dy = dy + walk.offset(1, 0);
    for (Index p = 0; p < pixels; ++p) {
      const T* const delta = dy + p * filters;
      Index f = 0;
      for (; f + width <= filters; f += width) {
        simd::prefetch(next_source + p * walk.source_step() + f);
        simd::prefetch(next_dy + p * filters + f);
        (Vector::load(sum + f) + Vector::load(delta + f)).store(sum + f);
      }
      for (; f < filters; ++f) sum[f] += delta[f];
    }
  }

  template <Index taps>
  EIGEN_DONT_INLINE static void add_tile(const Walk& walk, const Tap* tap, Index pixels,
                                         const T* source, const T* dy, T* gradient) {
    const Index filters = walk.g.filters;
    const Index source_step = walk.source_step();
    const Index whole = filters - filters % width;
    for (Index f = 0; f < whole; f += width) {
      Vector sum[taps];
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) sum[t] = Vector::load(gradient + tap[t].weights + f);
      const T* from = source + f;
      const T* delta = dy + f;
      for (Index p = 0; p < pixels; ++p, from += source_step, delta += filters) {
        const Vector value = Vector::load(delta);
        TWEED_UNROLL
        for (Index t = 0; t < taps; ++t) {
          sum[t] = multiply_add(value, Vector::load(from + tap[t].source), sum[t]);
        }
      }
      TWEED_UNROLL
      for (Index t = 0; t < taps; ++t) sum[t].store(gradient + tap[t].weights + f);
    }
    for (Index t = 0; t < taps; ++t) {
      for (Index f = whole; f < filters; ++f) {
        T sum = gradient[tap[t].weights + f];
        for (Index p = 0; p < pixels; ++p) {
          sum += dy[p * filters + f] * source[tap[t].source + p * source_step + f];
        }
        gradient[tap[t].weights + f] = sum;
      }
    }
  }
};

}  // namespace tweed::kernels::conv
