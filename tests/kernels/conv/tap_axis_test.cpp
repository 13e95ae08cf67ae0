#include <tweed/kernels/conv/tap_axis.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace tweed;
using namespace tweed::kernels::conv;

TEST_CASE("tap axis: the places of a run use the same taps, and every place is in one run") {
  for (const bool is_gradient : {false, true}) {
    for (Index input = 1; input <= 7; ++input) {
      for (Index window = 1; window <= 4; ++window) {
        for (Index stride = 1; stride <= 3; ++stride) {
          for (Index dilation = 1; dilation <= 3; ++dilation) {
            const TapAxis axis{slide(input, window, stride, Padding::same.rows, dilation),
                               is_gradient};
            std::vector<TapRun> runs(static_cast<std::size_t>(axis.size()));
            runs.resize(static_cast<std::size_t>(find_runs(axis, runs.data())));
            std::vector<int> met(static_cast<std::size_t>(axis.size()));
            bool alike = true;
            for (const TapRun& run : runs) {
              for (Index i = 0; i < run.count; ++i) {
                const Index at = run.first + i * axis.step();
                ++met[static_cast<std::size_t>(at)];
                for (Index tap = 0; tap < window; ++tap) {
                  const Index first = axis.source(run.first, tap);
                  const Index expected = first < 0 ? -1 : first + i * axis.source_step();
                  alike &= axis.source(at, tap) == expected;
                }
              }
            }
            CHECK(alike);
            CHECK(met == std::vector<int>(met.size(), 1));
          }
        }
      }
    }
  }
}

TEST_CASE("tap axis: the gradient's taps are the output's, seen from the input") {
  const SlidingAxis axis = slide(11, 3, 2, Padding::valid.rows, 2);
  for (Index in = 0; in < axis.input; ++in) {
    for (Index tap = 0; tap < axis.window; ++tap) {
      Index reached = -1;
      for (Index out = 0; out < axis.output; ++out) {
        if (TapAxis{axis, false}.source(out, tap) == in) reached = out;
      }
      CHECK(TapAxis{axis, true}.source(in, tap) == reached);
    }
  }
}

TEST_CASE("tap axis: the taps of a phase are those that some place of it can use") {
  for (Index stride = 1; stride <= 3; ++stride) {
    for (Index dilation = 1; dilation <= 3; ++dilation) {
      for (const bool is_gradient : {false, true}) {
        const TapAxis axis{slide(31, 5, stride, Padding::same.rows, dilation), is_gradient};
        for (Index phase = 0; phase < axis.step(); ++phase) {
          std::vector<Index> used;
          for (Index tap = 0; tap < axis.axis.window; ++tap) {
            bool is_used = false;
            for (Index at = phase; at < axis.size(); at += axis.step()) {
              is_used |= axis.source(at, tap) >= 0;
            }
            if (is_used) used.push_back(tap);
          }
          std::vector<Index> found;
          for (Index i = 0; i < axis.taps_of_phase(phase); ++i) {
            found.push_back(axis.tap_of_phase(phase, i));
          }
          CHECK(found == used);
        }
      }
    }
  }
}

TEST_CASE("tap axis: the taps inside are all that read something, and are counted") {
  const auto [few, many] = Padding{0, 1, 3, 2};
  for (const auto& [is_gradient, padding] :
       std::vector<std::pair<bool, AxisPadding>>{{false, Padding::same.rows},
                                                 {true, Padding::same.rows},
                                                 {false, few},
                                                 {true, few},
                                                 {false, many},
                                                 {true, many}}) {
    for (Index input = 1; input <= 7; ++input) {
      for (Index stride = 1; stride <= 3; ++stride) {
        for (Index dilation = 1; dilation <= 3; ++dilation) {
          const TapAxis axis{slide(input, 4, stride, padding, dilation), is_gradient};
          Index used = 0;
          bool alike = true;
          for (Index at = 0; at < axis.size(); ++at) {
            const Index phase = at % axis.step();
            const TapRange inside = axis.taps_inside(phase, at);
            used += inside.end - inside.begin;
            for (Index i = 0; i < axis.taps_of_phase(phase); ++i) {
              const bool reads = axis.source(at, axis.tap_of_phase(phase, i)) >= 0;
              alike &= reads == (i >= inside.begin && i < inside.end);
            }
          }
          CHECK(alike);
          CHECK(axis.used_taps() == used);
        }
      }
    }
  }
}
