#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Images [pixels,channels] as rows of several pixels, so that loops over a row fill registers
/// where there are few channels: numbers of a channel stand in a row as often as it has pixels.
struct WideRows {
  Index pixels;
  Index channels;

  constexpr Index pixels_a_row() const { return std::max<Index>(1, 256 / channels); }
  /// Elements of a row; the last one may have fewer.
  constexpr Index width() const { return pixels_a_row() * channels; }
  constexpr Index count() const { return (pixels + pixels_a_row() - 1) / pixels_a_row(); }
  constexpr Index begin(Index row) const { return row * width(); }
  constexpr Index size(Index row) const {
    return std::min(width(), pixels * channels - begin(row));
  }
  /// Rows that are enough work for a thread.
  constexpr Index grain() const { return std::max<Index>(1, elementwise_grain / width()); }

  /// Repeats the first [channels] of `values` [width].
  template <class T>
  void repeat(T* values) const {
    for (Index i = channels; i < width(); ++i) values[i] = values[i - channels];
  }

  /// Adds up, in order, what `values` [width] has for each channel; the sums are its first
  /// [channels].
  template <class T>
  void fold(T* values) const {
    for (Index i = channels; i < width(); ++i) values[i % channels] += values[i];
  }
};

/// Calls `body(row)` for each row, and `finish()` behind the last of some neighbours that a thread
/// takes together.
template <class Body, class Finish>
void for_each_row(const WideRows& rows, int threads, const Body& body, const Finish& finish) {
  const Index grain = rows.grain();
  parallel_for((rows.count() + grain - 1) / grain, threads, [&](Index part, int) {
    const Index end = std::min(rows.count(), (part + 1) * grain);
    for (Index row = part * grain; row < end; ++row) body(row);
    finish();
  });
}

}  // namespace TWEED_NAMESPACE::kernels
