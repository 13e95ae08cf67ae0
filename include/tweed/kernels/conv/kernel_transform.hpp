#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/conv/transform_layout.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/product_panels.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>

namespace tweed::kernels::conv {

/// Kernels [kh,kw,rows,columns]: the layer's own, or with channels and filters exchanged.
template <class T>
struct KernelSource {
  const T* data;
  Index rows;
  Index columns;
};

/// Kernels to slots, each a matrix [row][column] in the panels of `for_each_panel`, and gradients,
/// each a matrix that lies row by row, back.
template <class Tile, class T>
class KernelTransform {
  using Layout = TransformLayout<T>;

 public:
  static void forward(const Geometry& g, const Layout& l, const KernelSource<T>& kernel, T* to,
                      int threads) {
    const bool streams = l.kind.slots() <= most_slots &&
                         is_streamed(to, aligned_count<T>(kernel.columns), l.kernel_size());
    parallel_for(kernel.rows, threads, [&](Index r, int) {
      Tile workspace;
      alignas(alignment) T gathered[most_taps * panel];
      alignas(alignment) T aside[most_slots * panel];
      for_each_panel<T>(aligned_count<T>(kernel.columns), [&](Index, Index first, Index columns) {
        T* const row = to + first * kernel.rows + r * columns;
        const Taps taps = taps_of(g, kernel, r, first, columns, gathered);
        for (Index c = 0; c < columns; c += width) {
          load(g, l, taps, c, workspace);
          if (streams) {
            workspace.to_slots(aside + c, {columns});
          } else {
            workspace.to_slots(row + c, {l.kernel_step()});
          }
        }
        if (streams) stream_slots(aside, l.kind.slots(), columns, row, l.kernel_step());
      });
      if (streams) simd::finish_stream();
    });
  }

  /// To the gradient [kh,kw,c,f].
  static void inverse(const Geometry& g, const Layout& l, const T* from, T* gradient, int threads) {
    parallel_for(g.channels, threads, [&](Index r, int) {
      Tile workspace;
      for (Index c = 0; c < g.filters; c += width) {
        const T* const slots = from + r * l.output.padded_channels + c;
        if (c % panel == 0) fetch_next(l, slots + panel);
        workspace.from_slots(slots, {l.kernel_step()});
        store(g, l, r, c, workspace, gradient);
      }
    });
  }

 private:
  static constexpr Index width = Pack<T>::width;
  static constexpr Index panel = ProductTile<T>::columns;
  static constexpr Index most_taps = 81;
  static constexpr Index most_slots = 256;

  /// Some columns of a row of all taps, of which `columns` are there.
  struct Taps {
    const T* data;
    Index step;
    Index columns;
  };

  /// Copies them, as far as there is room: taps that lie a power of two apart would push each other
  /// out of the caches before their line is read to its end.
  static Taps taps_of(const Geometry& g, const KernelSource<T>& kernel, Index r, Index first,
                      Index columns, T* room) {
    const Index there = std::clamp<Index>(kernel.columns - first, 0, columns);
    const Taps in_place{kernel.data + r * kernel.columns + first, kernel.rows * kernel.columns,
                        there};
    if (g.taps() > most_taps) return in_place;
    for (Index tap = 0; tap < g.taps(); ++tap) {
      for (Index c = 0; c < columns; c += width) {
        load_column(in_place, tap, c).store(room + tap * columns + c);
      }
    }
    return {room, columns, columns};
  }

  static Pack<T> load_column(const Taps& taps, Index tap, Index c) {
    return Pack<T>::load(taps.data + tap * taps.step + c,
                         std::clamp<Index>(taps.columns - c, 0, width));
  }

  /// Asks for some columns of a row of the gradient's slots, in long pieces: they may come from
  /// memory.
  static void fetch_next(const Layout& l, const T* from) {
    for (Index slot = 0; slot < l.kind.slots(); ++slot, from += l.kernel_step()) {
      for (Index c = 0; c < panel; c += width) simd::prefetch_far(from + c);
    }
  }

  static void stream_slots(const T* from, Index slots, Index columns, T* to, Index step) {
    for (Index slot = 0; slot < slots; ++slot, from += columns, to += step) {
      for (Index c = 0; c < columns; c += width) simd::stream(to + c, simd::load(from + c));
    }
  }

  static void load(const Geometry& g, const Layout& l, const Taps& taps, Index c, Tile& workspace) {
    for (Index y = 0; y < Tile::length; ++y) workspace.clear_row(y);
    Pack<T> values[Tile::length];
    for (auto& value : values) value = Pack<T>::zero();
    const auto scale = static_cast<T>(l.kind.kernel_scale());
    for (Index i = 0; i < g.rows.window; ++i) {
      for (Index j = 0; j < g.columns.window; ++j) {
        values[l.kind.tap_position(l.columns, j, false)] =
            scale * load_column(taps, i * g.columns.window + j, c);
      }
      workspace.set_row(l.kind.tap_position(l.rows, i, false), values);
    }
  }

  static void store(const Geometry& g, const Layout& l, Index r, Index c, const Tile& workspace,
                    T* gradient) {
    const Index lanes = std::min(width, g.filters - c);
    const auto scale = static_cast<T>(l.kind.kernel_scale());
    for (Index i = 0; i < g.rows.window; ++i) {
      Pack<T> values[Tile::length];
      workspace.get_row(l.kind.tap_position(l.rows, i, true), values);
      for (Index j = 0; j < g.columns.window; ++j) {
        const Index tap = (i * g.columns.window + j) * g.channels + r;
        (scale * values[l.kind.tap_position(l.columns, j, true)])
            .store(gradient + tap * g.filters + c, lanes);
      }
    }
  }
};

}  // namespace tweed::kernels::conv
