#include <tweed/kernels/conv/tiling.hpp>

#include <doctest/doctest.h>

using namespace tweed;
using namespace tweed::kernels::conv;

TEST_CASE("an axis that fits is one tile, and nothing wrong wraps onto it") {
  // 14 pixels, 5 taps, two zeros a side: 16 is just enough.
  const AxisTiling whole = tile_axis(slide(14, 5, 1, Padding::same.rows), 16);
  CHECK(whole.tiles == 1);
  CHECK(whole.step == 14);
  CHECK(tile_axis(slide(15, 5, 1, Padding::same.rows), 16).tiles == 2);
  CHECK(tile_axis(slide(7, 5, 1, Padding::same.rows), 9).tiles == 1);
  CHECK(tile_axis(slide(9, 5, 1, Padding::valid.rows), 9).tiles == 1);
  CHECK(tile_axis(slide(10, 5, 1, Padding::valid.rows), 9).tiles == 2);
}

TEST_CASE("tiles give every output once, from inputs that they hold") {
  for (const Padding& padding : {Padding::same, Padding::valid, Padding{0, 1, 0, 0},
                                 Padding{1, 0, 0, 0}, Padding{6, 2, 0, 0}}) {
    for (const Index n : {8, 9, 16}) {
      for (Index window = 1; window <= 7; ++window) {
        for (Index input = window; input <= 40; ++input) {
          if (!padding.is_at_most(window - 1, 0)) continue;
          const SlidingAxis axis = slide(input, window, 1, padding.rows);
          const AxisTiling tiling = tile_axis(axis, n);
          Index next = 0;
          for (Index tile = 0; tile < tiling.tiles; ++tile) {
            const TilePart out = output_part(tiling, tile, axis.output);
            const TilePart in = input_part(tiling, tile, input);
            CHECK(out.first == next);
            CHECK(out.end > out.begin);
            next = out.first + out.end - out.begin;
            for (Index p = out.begin; p < out.end; ++p) {
              for (Index tap = 0; tap < window; ++tap) {
                const Index at = out.first + p - axis.before + tap;
                if (at < 0 || at >= input) continue;
                // Output p reads position p - tap_position(tap), around the circle.
                const Index position = (p - tiling.tap_position(tap) + n) % n;
                CHECK(position == in.begin + at - in.first);
                CHECK(position < in.end);
              }
            }
          }
          CHECK(next == axis.output);
        }
      }
    }
  }
}
