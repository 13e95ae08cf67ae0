#pragma once

#include <tweed/kernels/conv/indirect/tap_geometry.hpp>

namespace TWEED_NAMESPACE::kernels::conv {

/// Some of a phase's taps, by their place among its taps.
struct TapWindow {
  TapRange rows;
  TapRange columns;
};

/// A few places, from one row and column of a phase on.
struct TapPlaces {
  Index row;
  Index column;
  Index count;
};

/// Where the rows of a product over taps lie: for each tap, where each of some places reads, which
/// is zeros for taps outside; and where the places are.
template <class T>
struct TapPointers {
  /// As many at a time at most.
  static constexpr Index most_places = 120;

  /// What a phase works with.
  struct Memory {
    const Index* columns;
    const T** sources;
  };

  const TapGeometry& geometry;
  const T* zeros;

  /// Pointers that `find` writes, and columns that it reads.
  static constexpr Index count(const TapGeometry& t) { return t.taps() * most_places; }
  static constexpr Index column_count(const TapGeometry& t) {
    return t.columns.size() * t.columns.axis.window;
  }

  /// Where each of the phase's column taps reads, for each of its columns.
  void find_columns(const TapPhase& phase, Index* columns) const {
    for (Index tap = 0; tap < phase.column_taps; ++tap) {
      const Index j = geometry.columns.tap_of_phase(phase.column, tap);
      for (Index at = phase.column; at < geometry.columns.size(); at += geometry.columns.step()) {
        *columns++ = geometry.columns.source(at, j);
      }
    }
  }

  /// For places of one image, of which a row of the phase has `width`.
  void find(const TapPhase& phase, const TapPlaces& places, Index width, const T* source,
            const Memory& memory, T* target, T** targets) const {
    find_targets(phase, places, width, target, targets);
    find_sources(phase, places, width, source, memory);
  }

  /// For some taps, what they read of a place in each of `count` images.
  void find_in_images(const TapPhase& phase, const TapWindow& taps, Index row, Index column,
                      const T* source, Index source_size, Index count, const T** sources) const {
    for (Index i = taps.rows.begin; i < taps.rows.end; ++i) {
      const Index r = geometry.rows.source(row, geometry.rows.tap_of_phase(phase.row, i));
      for (Index j = taps.columns.begin; j < taps.columns.end; ++j) {
        const Index c =
            geometry.columns.source(column, geometry.columns.tap_of_phase(phase.column, j));
        const T* const from =
            source + (r * geometry.columns.source_size() + c) * geometry.source_step();
        const T** const to = sources + (i * phase.column_taps + j) * most_places;
        for (Index n = 0; n < count; ++n) to[n] = from + n * source_size;
      }
    }
  }

 private:
  void find_targets(const TapPhase& phase, const TapPlaces& places, Index width, T* target,
                    T** targets) const {
    Index row = places.row;
    Index column = places.column;
    for (Index i = 0; i < places.count; ++i, ++column) {
      if (column == width) {
        column = 0;
        row += geometry.rows.step();
      }
      const Index at =
          row * geometry.columns.size() + phase.column + column * geometry.columns.step();
      targets[i] = target + at * geometry.target_step();
    }
  }

  void find_sources(const TapPhase& phase, const TapPlaces& places, Index width, const T* source,
                    const Memory& memory) const {
    for (Index tap = 0; tap < phase.taps(); ++tap) {
      const T** const to = memory.sources + tap * most_places;
      const Index* const columns = memory.columns + tap % phase.column_taps * width;
      const Index i = geometry.rows.tap_of_phase(phase.row, tap / phase.column_taps);
      Index row = places.row;
      Index column = places.column;
      for (Index p = 0; p < places.count; row += geometry.rows.step(), column = 0) {
        const Index from = geometry.rows.source(row, i);
        const T* const line =
            source + from * geometry.columns.source_size() * geometry.source_step();
        for (; column < width && p < places.count; ++column, ++p) {
          const bool inside = from >= 0 && columns[column] >= 0;
          to[p] = inside ? line + columns[column] * geometry.source_step() : zeros;
        }
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::conv
