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

TEST_CASE("a dilated window reaches as far as its gaps make it") {
  CHECK(slide(28, 3, 1, Padding::valid, 4).span() == 9);
  CHECK(slide(28, 3, 1, Padding::valid, 4).output == 20);
  CHECK(slide(8, 3, 1, Padding::valid, 4).output == 0);
  CHECK(slide(28, 3, 1, Padding::same, 4).output == 28);
  CHECK(slide(28, 3, 1, Padding::same, 4).before == 4);
  CHECK(slide(9, 2, 2, Padding::same, 3).before == 1);
}

TEST_CASE("every tap between first and end falls inside the input, and no other") {
  for (const Padding padding : {Padding::same, Padding::valid}) {
    for (Index input = 1; input <= 9; ++input) {
      for (Index window = 1; window <= 9; ++window) {
        for (Index stride = 1; stride <= 4; ++stride) {
          for (Index dilation = 1; dilation <= 3; ++dilation) {
            const SlidingAxis axis = slide(input, window, stride, padding, dilation);
            bool right = true;
            for (Index o = 0; o < axis.output; ++o) {
              for (Index tap = 0; tap < window; ++tap) {
                const Index at = o * stride - axis.before + tap * dilation;
                const bool inside = at >= 0 && at < input;
                right &= (tap >= axis.first_tap(o) && tap < axis.end_tap(o)) == inside;
              }
              right &= dilation > 1 || axis.first_tap(o) < axis.end_tap(o);
            }
            CHECK(right);
          }
        }
      }
    }
  }
}
