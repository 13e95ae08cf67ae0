#include <tweed/core/window.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("valid windows are counted as they fit") {
  CHECK(slide(28, 5, 1, Padding::valid).output == 24);
  CHECK(slide(7, 2, 2, Padding::valid).output == 3);
  CHECK(slide(5, 5, 3, Padding::valid).output == 1);
  CHECK(slide(4, 5, 1, Padding::valid).output == 0);
  CHECK(slide(4, 2, 1, Padding::valid).before == 0);
}

TEST_CASE("same padding keeps ceil(input / stride), the odd zero last") {
  CHECK(slide(28, 5, 1, Padding::same).output == 28);
  CHECK(slide(28, 5, 1, Padding::same).before == 2);
  CHECK(slide(28, 4, 1, Padding::same).before == 1);
  CHECK(slide(7, 3, 2, Padding::same).output == 4);
  CHECK(slide(7, 3, 2, Padding::same).before == 1);
  CHECK(slide(8, 3, 2, Padding::same).before == 0);
  CHECK(slide(3, 7, 1, Padding::same).output == 3);
  CHECK(slide(5, 1, 3, Padding::same).output == 2);
  CHECK(slide(5, 1, 3, Padding::same).before == 0);
}

TEST_CASE("every tap between first and end falls inside the input, and no other") {
  for (const Padding padding : {Padding::same, Padding::valid}) {
    for (Index input = 1; input <= 9; ++input) {
      for (Index window = 1; window <= 9; ++window) {
        for (Index stride = 1; stride <= 4; ++stride) {
          const SlidingAxis axis = slide(input, window, stride, padding);
          for (Index o = 0; o < axis.output; ++o) {
            for (Index tap = 0; tap < window; ++tap) {
              const Index at = o * stride - axis.before + tap;
              const bool inside = at >= 0 && at < input;
              CHECK((tap >= axis.first_tap(o) && tap < axis.end_tap(o)) == inside);
            }
            CHECK(axis.first_tap(o) < axis.end_tap(o));
          }
        }
      }
    }
  }
}
