#pragma once

#include <tweed/core/window.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels::conv {

/// Taps [begin, end) of some.
struct TapRange {
  Index begin;
  Index end;
};

/// One axis of a pass that adds up products: the forward pass, in which a place of the output reads
/// the input under its taps, or the input gradient, in which a place of the input reads those
/// places of the output whose taps lay over it.
struct TapAxis {
  SlidingAxis axis;
  bool is_gradient;

  constexpr Index size() const { return is_gradient ? axis.input : axis.output; }
  constexpr Index source_size() const { return is_gradient ? axis.output : axis.input; }

  /// From one place to the next with the same taps, and how far that is in what they read.
  constexpr Index step() const { return is_gradient ? axis.stride : 1; }
  constexpr Index source_step() const { return is_gradient ? 1 : axis.stride; }

  /// What tap `tap` of place `at` reads, or -1 where that is nothing.
  constexpr Index source(Index at, Index tap) const {
    if (is_gradient) {
      const Index reached = at + axis.before - tap * axis.dilation;
      if (reached < 0 || reached % axis.stride != 0) return -1;
      return reached / axis.stride < axis.output ? reached / axis.stride : -1;
    }
    const Index read = at * axis.stride - axis.before + tap * axis.dilation;
    return read < axis.input ? std::max<Index>(read, -1) : -1;
  }

  /// Taps that places with the remainder `phase` by the step may use.
  constexpr Index taps_of_phase(Index phase) const {
    Index count = 0;
    for (Index tap = 0; tap < axis.window; ++tap) count += is_in_phase(phase, tap) ? 1 : 0;
    return count;
  }
  /// The one that comes after `index` others.
  constexpr Index tap_of_phase(Index phase, Index index) const {
    Index tap = 0;
    for (;; ++tap) {
      if (is_in_phase(phase, tap) && index-- == 0) return tap;
    }
  }

  /// Those of a phase's taps that read something at place `at`: they are neighbours.
  constexpr TapRange taps_inside(Index phase, Index at) const {
    TapRange taps{0, taps_of_phase(phase)};
    const auto is_inside = [&](Index index) { return source(at, tap_of_phase(phase, index)) >= 0; };
    while (taps.begin < taps.end && !is_inside(taps.begin)) ++taps.begin;
    while (taps.begin < taps.end && !is_inside(taps.end - 1)) --taps.end;
    return taps;
  }

  /// Taps that read something, summed over all places.
  [[gnu::cold]] constexpr Index used_taps() const {
    Index count = 0;
    for (Index at = 0; at < size(); ++at) {
      for (Index tap = 0; tap < axis.window; ++tap) count += source(at, tap) >= 0 ? 1 : 0;
    }
    return count;
  }

  /// Whether two places use the same taps.
  constexpr bool same_taps(Index at, Index other) const {
    for (Index tap = 0; tap < axis.window; ++tap) {
      if ((source(at, tap) < 0) != (source(other, tap) < 0)) return false;
    }
    return true;
  }

 private:
  constexpr bool is_in_phase(Index phase, Index tap) const {
    return !is_gradient || (phase + axis.before - tap * axis.dilation) % axis.stride == 0;
  }
};

/// Places of an axis that use the same taps: `count` from `first` on, each `TapAxis::step()` behind
/// the one before.
struct TapRun {
  Index first;
  Index count;
};

/// Writes the runs of an axis, at most one for each place, and returns their number.
constexpr Index find_runs(const TapAxis& axis, TapRun* runs) {
  Index count = 0;
  for (Index phase = 0; phase < std::min(axis.step(), axis.size()); ++phase) {
    for (Index at = phase; at < axis.size(); at += axis.step()) {
      if (at != phase && axis.same_taps(at, runs[count - 1].first)) {
        ++runs[count - 1].count;
      } else {
        runs[count++] = {at, 1};
      }
    }
  }
  return count;
}

}  // namespace TWEED_NAMESPACE::kernels::conv
