#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/epilogue.hpp>
#include <tweed/kernels/conv/grouped/depthwise_window.hpp>
#include <tweed/kernels/conv/grouped/group_planes.hpp>
#include <tweed/kernels/conv/grouped/grouped_tile.hpp>
#include <tweed/kernels/conv/grouped/tap_blocks.hpp>
#include <tweed/kernels/conv/row_range.hpp>

#include <algorithm>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels::conv {

/// Convolution whose filters see few channels each, in a depthwise convolution one: vectors run
/// over the filters of all groups, and each filter finds its own channel in its lane. Where a group
/// has more than one channel or filter, the image is spread out for that. Any geometry.
template <class T>
struct Grouped {
  static constexpr Index shared_bytes(const Geometry&) { return 0; }
  static constexpr Index worker_bytes(const Geometry& g) {
    return std::max(Window::scratch_bytes(g), TapBlocks<T>::scratch_bytes(g) +
                                                  std::max(Scratch::bytes<T>(planes_size(g)),
                                                           2 * Scratch::bytes<T>(strip_size(g))));
  }
  static const T* prepare(const Geometry&, const T* kernel, Scratch) { return kernel; }

  EIGEN_DONT_INLINE static void forward(const Geometry& g, const T* x, const T* kernel,
                                        const T* bias, const Activation& activation,
                                        const RowRange& rows, T* y, bool streams, Scratch scratch) {
    if (Window::has_sum(g, rows)) {
      return Window::sum(g, x, kernel, bias, activation, rows, y, streams, scratch);
    }
    TapBlocks<T> blocks(g, false, scratch);
    T* const planes = scratch.take<T>(planes_size(g));
    for_each_strip(output_strip_rows(g), rows, [&](const RowRange& strip) {
      const TapSource<T> source = spread(g, x, strip, planes);
      blocks.for_each(strip, {0, g.group_channels()}, source, [&](const TapBlock& block) {
        sum_block(blocks, block, source.data, kernel, bias, activation, streams,
                  y + blocks.offset(block.row, block.column));
      });
    });
  }

  /// The gradients of input and kernel in one go, while what they read is in the cache. Any may be
  /// nullptr.
  EIGEN_DONT_INLINE static void add_gradients(const Geometry& g, const T* x, const T* dy,
                                              const T* kernel, T* dx, bool streams, T* gradient,
                                              T* bias_gradient, Scratch scratch) {
    if (Window::has_gradients(g)) {
      return Window::add_gradients(g, x, dy, kernel, dx, streams, gradient, bias_gradient, scratch);
    }
    TapBlocks<T> blocks(g, true, scratch);
    T* const plane = scratch.take<T>(strip_size(g));
    T* const aside = scratch.take<T>(strip_size(g));
    if (bias_gradient != nullptr) std::fill_n(bias_gradient, g.filters, T{});
    for_each_strip(strip_rows(g, 2), {0, g.rows.input}, [&](const RowRange& strip) {
      if (bias_gradient != nullptr) add_bias_gradient(g, dy, strip, bias_gradient);
      for (Index e = 0; e < g.group_channels(); ++e) {
        if (needs_planes(g) && gradient != nullptr) spread_plane(g, x, strip, e, plane);
        const T* const from = needs_planes(g) ? plane : x + blocks.offset(strip.begin, 0);
        const bool is_aside = needs_planes(g) || dx == nullptr;
        T* const to = is_aside ? aside : dx + blocks.offset(strip.begin, 0);
        blocks.for_each(strip, {e, e + 1}, {dy, 0, 0}, [&](const TapBlock& block) {
          const Index offset = blocks.offset(block.row - strip.begin, block.column);
          add_block(blocks, block,
                    {from + offset, dy, kernel, to + offset, streams && !is_aside, gradient});
        });
        if (needs_planes(g) && dx != nullptr) collect_plane(g, aside, strip, e, dx);
      }
    });
  }

 private:
  using Window = DepthwiseWindow<T>;
  using Tile = GroupedTile<T>;
  using Gradients = typename Tile::Gradients;

  /// Rows at a time, each with `cost` rows of planes, so that these stay in the cache.
  static constexpr Index strip_rows(const Geometry& g, Index cost) {
    constexpr Index target = 64 * 1024;
    const Index row = std::max(g.columns.input, g.columns.output) * g.filters * cost;
    return std::max<Index>(1, target / std::max<Index>(row, 1));
  }
  static constexpr Index output_strip_rows(const Geometry& g) {
    return needs_planes(g) ? strip_rows(g, g.rows.stride * g.group_channels())
                           : std::max<Index>(1, g.rows.output);
  }

  /// Of the planes under a strip of the output.
  static constexpr Index planes_size(const Geometry& g) {
    if (!needs_planes(g)) return 0;
    const Index height = output_strip_rows(g);
    const Index under = std::min(g.rows.input, (height - 1) * g.rows.stride + g.rows.span());
    return g.group_channels() * under * g.columns.input * g.filters;
  }
  /// Of a plane of a strip of the input.
  static constexpr Index strip_size(const Geometry& g) {
    return std::min(g.rows.input, strip_rows(g, 2)) * g.columns.input * g.filters;
  }

  /// What output rows `strip` read, spread out if it has to be.
  static TapSource<T> spread(const Geometry& g, const T* x, const RowRange& strip, T* planes) {
    if (!needs_planes(g)) return {x, 0, 0};
    const RowRange under = rows_under(g, strip);
    const Index size = under.height() * g.columns.input * g.filters;
    for (Index e = 0; e < g.group_channels(); ++e) {
      spread_plane(g, x, under, e, planes + e * size);
    }
    return {planes, under.begin, size};
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

  /// to = activation(bias + the sum over the taps), for the places of a block: four in each of two
  /// rows at a time, which share some of what they read, or eight in one.
  static void sum_block(const TapBlocks<T>& blocks, const TapBlock& block, const T* source,
                        const T* kernel, const T* bias, const Activation& activation, bool streams,
                        T* to) {
    const Index step = blocks.step();
    const Index source_step = blocks.source_step();
    const bool rectifies = activation.is_relu();
    for (Index row = 0; row < block.height; row += 2) {
      const T* const from = source + row * blocks.source_row_step();
      T* const line = to + row * blocks.row_step();
      if (row + 1 < block.height) {
        for_each_tile<4>(block.width, [&](auto pixels, Index p) {
          Tile::template sum<2 * pixels>(
              blocks, block,
              {from + p * source_step, blocks.source_row_step(), kernel, bias, rectifies, streams,
               line + p * step, blocks.row_step()});
        });
      } else {
        for_each_tile<8>(block.width, [&](auto pixels, Index p) {
          Tile::template sum<pixels>(
              blocks, block,
              {from + p * source_step, pixels / 2 * source_step, kernel, bias, rectifies, streams,
               line + p * step, pixels / 2 * step});
        });
      }
      for (Index r = row; r < std::min(row + 2, block.height); ++r) {
        apply_other(activation, to + r * blocks.row_step(), block.width * step);
      }
    }
  }

  /// That of the output rows which lie beside a strip of the input.
  static void add_bias_gradient(const Geometry& g, const T* dy, const RowRange& strip, T* sum) {
    constexpr Index width = Pack<T>::width;
    const Index row = g.columns.output * g.filters;
    const T* const end = dy + g.rows.output * strip.end / g.rows.input * row;
    for (const T* at = dy + g.rows.output * strip.begin / g.rows.input * row; at < end;
         at += g.filters) {
      Index f = 0;
      for (; f + width <= g.filters; f += width) {
        (Pack<T>::load(sum + f) + Pack<T>::load(at + f)).store(sum + f);
      }
      for (; f < g.filters; ++f) sum[f] += at[f];
    }
  }

  /// dx = the sum over the taps, and gradient += what the places add to the taps' weights, unless
  /// it is nullptr. A few places at a time: all their channels lie together.
  static void add_block(const TapBlocks<T>& blocks, const TapBlock& block, const Gradients& all) {
    constexpr Index most_rows = 5;
    constexpr Index most_places = 16;
    const Index bands = shares_of(block.height, most_rows);
    for (Index band = 0; band < bands; ++band) {
      const RowRange rows = share_of(block.height, band, bands);
      const Index height = rows.height();
      const Index parts = shares_of(block.width * height, most_places);
      for (Index part = 0; part < parts; ++part) {
        const RowRange columns = share_of(block.width, part, parts);
        const Index at = rows.begin * blocks.row_step() + columns.begin * blocks.step();
        const Index source =
            rows.begin * blocks.source_row_step() + columns.begin * blocks.source_step();
        add_places(blocks, block, height, columns.end - columns.begin,
                   {all.x + at, all.dy + source, all.kernel, all.dx + at, all.streams,
                    all.kernel_gradient});
      }
    }
    Tile::add_rest(blocks, block, all);
  }

  static void add_places(const TapBlocks<T>& blocks, const TapBlock& block, Index height,
                         Index width, const Gradients& g) {
    if (block.tap_count == 0) clear(blocks, height, width, g.dx);
    Index first = 0;
    const auto add = [&](auto taps, Index tap) {
      Gradients some = g;
      some.streams = g.streams && taps == block.tap_count;  // else the next taps read dx again
      const auto add_gradients = g.kernel_gradient == nullptr
                                     ? &Tile::template add_gradients<taps, false>
                                     : &Tile::template add_gradients<taps, true>;
      add_gradients(blocks, block.taps + tap, height, width, tap > 0, some);
    };
    for (; first + 9 <= block.tap_count; first += 9) add(std::integral_constant<Index, 9>{}, first);
    for (; first + 6 <= block.tap_count; first += 6) add(std::integral_constant<Index, 6>{}, first);
    for_each_tile<4>(block.tap_count - first, [&](auto taps, Index i) { add(taps, first + i); });
  }

  /// dx = 0, where no tap lay over it.
  static void clear(const TapBlocks<T>& blocks, Index height, Index width, T* dx) {
    for (Index place = 0; place < height * width; ++place) {
      std::fill_n(dx + place / width * blocks.row_step() + place % width * blocks.step(),
                  blocks.filters(), T{});
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
