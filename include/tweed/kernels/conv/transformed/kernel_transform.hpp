#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/conv/transformed/tile_transform.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/product/product_panels.hpp>
#include <tweed/kernels/streaming.hpp>
#include <tweed/kernels/transpose.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Kernels [kh,kw,rows,columns]: the layer's own, or with channels and filters exchanged.
template <class T>
struct KernelSource {
  const T* data;
  Index rows;
  Index columns;
};

/// [kh,kw,c,f] to [kh,kw,f,c].
template <class T>
void transpose_kernel(const Geometry& g, const T* kernel, T* to, int threads) {
  parallel_for(g.taps(), threads, [&](Index tap, int) {
    const T* const from = kernel + tap * g.channels * g.filters;
    T* const transposed = to + tap * g.channels * g.filters;
    if (g.channels % Pack<T>::width == 0 && g.filters % Pack<T>::width == 0) {
      return simd::transpose(from, g.channels, g.filters, transposed);
    }
    for (Index c = 0; c < g.channels; ++c) {
      for (Index f = 0; f < g.filters; ++f) {
        transposed[f * g.channels + c] = from[c * g.filters + f];
      }
    }
  });
}

/// Some columns of a row of all taps, of which `columns` are there.
template <class T>
struct Taps {
  const T* data;
  Index step;
  Index columns;

  Pack<T> load(Index tap, Index c) const {
    return Pack<T>::load(data + tap * step + c, std::clamp<Index>(columns - c, 0, Pack<T>::width));
  }
};

/// Where kernels are on their way to and from the slots of a transform, whichever it is.
template <class T>
struct KernelPanels {
  static constexpr Index panel = ProductTile<T>::columns;
  static constexpr Index most_taps = 81;
  static constexpr Index most_slots = 256;

  T* gathered;
  T* slots;

  static constexpr Index bytes() {
    return Scratch::bytes<T>(most_taps * panel) + Scratch::bytes<T>(most_slots * panel);
  }
  explicit KernelPanels(Scratch& scratch)
      : gathered(scratch.take<T>(most_taps * panel)), slots(scratch.take<T>(most_slots * panel)) {}

  /// Columns of a row of the taps, copied as far as there is room: taps that lie a power of two
  /// apart would push each other out of the caches before their line is read to its end.
  EIGEN_DONT_INLINE Taps<T> gather(Index taps, const KernelSource<T>& kernel, Index row,
                                   Index first, Index columns) const {
    const Taps<T> in_place{kernel.data + row * kernel.columns + first, kernel.rows * kernel.columns,
                           std::clamp<Index>(kernel.columns - first, 0, columns)};
    if (taps > most_taps) return in_place;
    for (Index tap = 0; tap < taps; ++tap) {
      for (Index c = 0; c < columns; c += Pack<T>::width) {
        in_place.load(tap, c).store(gathered + tap * columns + c);
      }
    }
    return {gathered, columns, columns};
  }

  /// Stores columns of a row of all slots, past the caches.
  EIGEN_DONT_INLINE void stream(Index count, Index columns, T* to, Index step) const {
    const T* from = slots;
    for (Index slot = 0; slot < count; ++slot, from += columns, to += step) {
      for (Index c = 0; c < columns; c += Pack<T>::width) {
        simd::stream(to + c, simd::load(from + c));
      }
    }
  }

  /// Asks for columns of a row of all slots, in long pieces: they may come from memory.
  EIGEN_DONT_INLINE static void fetch(const T* from, Index count, Index step) {
    for (Index slot = 0; slot < count; ++slot, from += step) {
      for (Index c = 0; c < panel; c += Pack<T>::width) prefetch_far(from + c);
    }
  }
};

/// Scratch of each worker that transforms a kernel.
template <class T>
constexpr Index kernel_transform_bytes(const TransformKind& kind) {
  return tile_bytes<T>(kind) + KernelPanels<T>::bytes();
}

/// Kernels to slots, each a matrix [row][column] in the panels of `for_each_panel`, and gradients,
/// each a matrix that lies row by row, back. A worker's scratch holds `kernel_transform_bytes`.
template <class Tile, class T>
class KernelTransform {
  using Layout = TransformLayout<T>;
  using Panels = KernelPanels<T>;

 public:
  static void forward(const Geometry& g, const Layout& l, const KernelSource<T>& kernel, T* to,
                      const WorkerScratch& memory, int threads) {
    const bool streams = l.kind.slots() <= Panels::most_slots &&
                         is_streamed(to, aligned_count<T>(kernel.columns), l.kernel_size());
    parallel_for(kernel.rows, threads, [&](Index r, int worker) {
      Scratch scratch = memory.of(worker);
      Tile& workspace = *scratch.take<Tile>(1);
      const Panels panels(scratch);
      for_each_panel<T>(aligned_count<T>(kernel.columns), [&](Index, Index first, Index columns) {
        T* const row = to + first * kernel.rows + r * columns;
        const Taps<T> taps = panels.gather(g.taps(), kernel, r, first, columns);
        for (Index c = 0; c < columns; c += width) {
          load(g, l, taps, c, workspace);
          workspace.to_slots((streams ? panels.slots : row) + c,
                             {streams ? columns : l.kernel_step()});
        }
        if (streams) panels.stream(l.kind.slots(), columns, row, l.kernel_step());
      });
      if (streams) simd::finish_stream();
    });
  }

  /// To the gradient [kh,kw,c,f].
  static void inverse(const Geometry& g, const Layout& l, const T* from, T* gradient,
                      const WorkerScratch& memory, int threads) {
    parallel_for(g.channels, threads, [&](Index r, int worker) {
      Tile& workspace = *memory.of(worker).template take<Tile>(1);
      for (Index c = 0; c < g.filters; c += width) {
        const T* const slots = from + r * l.output.padded_channels + c;
        if (c % Panels::panel == 0) {
          Panels::fetch(slots + Panels::panel, l.kind.slots(), l.kernel_step());
        }
        workspace.from_slots(slots, {l.kernel_step()});
        store(g, l, r, c, workspace, gradient);
      }
    });
  }

 private:
  static constexpr Index width = Pack<T>::width;

  static void load(const Geometry& g, const Layout& l, const Taps<T>& taps, Index c,
                   Tile& workspace) {
    for (Index y = 0; y < Tile::length; ++y) workspace.clear_row(y);
    Pack<T> values[Tile::length];
    for (auto& value : values) value = Pack<T>::zero();
    const auto scale = static_cast<T>(l.kind.kernel_scale());
    for (Index i = 0; i < g.rows.window; ++i) {
      for (Index j = 0; j < g.columns.window; ++j) {
        values[l.kind.tap_position(l.columns, j, false)] =
            scale * taps.load(i * g.columns.window + j, c);
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

}  // namespace TWEED_NAMESPACE::kernels::conv
