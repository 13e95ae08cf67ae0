#include <tweed/core/window.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("valid windows are counted as they fit") {
  CHECK(slide(28, 5, 1, Padding::valid.rows).output == 24);
  CHECK(slide(7, 2, 2, Padding::valid.rows).output == 3);
  CHECK(slide(5, 5, 3, Padding::valid.rows).output == 1);
  CHECK(slide(4, 5, 1, Padding::valid.rows).output == 0);
  CHECK(slide(4, 2, 1, Padding::valid.rows).before == 0);
}

TEST_CASE("same padding keeps ceil(input / stride), the odd zero last") {
  CHECK(slide(28, 5, 1, Padding::same.rows).output == 28);
  CHECK(slide(28, 5, 1, Padding::same.rows).before == 2);
  CHECK(slide(28, 4, 1, Padding::same.rows).before == 1);
  CHECK(slide(7, 3, 2, Padding::same.rows).output == 4);
  CHECK(slide(7, 3, 2, Padding::same.rows).before == 1);
  CHECK(slide(8, 3, 2, Padding::same.rows).before == 0);
  CHECK(slide(3, 7, 1, Padding::same.rows).output == 3);
  CHECK(slide(5, 1, 3, Padding::same.rows).output == 2);
  CHECK(slide(5, 1, 3, Padding::same.rows).before == 0);
}

TEST_CASE("zeros a side are counted with the image") {
  const auto [rows, columns] = Padding{1, 0, 2, 1};
  CHECK(slide(8, 3, 2, rows).output == 4);
  CHECK(slide(8, 3, 2, rows).before == 1);
  CHECK(slide(8, 3, 2, columns).output == 5);
  CHECK(slide(8, 3, 2, columns).before == 2);
  CHECK(slide(1, 3, 1, rows).output == 0);
  CHECK(slide(1, 2, 1, rows, 2).output == 0);
  CHECK(slide(2, 2, 1, rows, 2).output == 1);
}

TEST_CASE("ceil mode adds a window for what is left over, which begins within the image") {
  const auto ceiled = [](Index input, Index window, Index stride, const Padding& padding) {
    return slide(input, window, stride, padding.rows, 1, true);
  };
  CHECK(ceiled(7, 3, 2, 0).output == 3);
  CHECK(ceiled(7, 3, 2, 0).overhang == 0);
  CHECK(ceiled(8, 3, 2, 0).output == 4);
  CHECK(ceiled(8, 3, 2, 0).overhang == 1);
  CHECK(ceiled(8, 3, 2, 0).padded_taps(3) == 2);
  CHECK(ceiled(8, 3, 2, 0).padded_taps(2) == 3);
  CHECK(ceiled(2, 3, 2, 0).output == 1);
  CHECK(ceiled(1, 3, 2, 0).output == 0);
  // With a zero at both ends a third window would begin with the second of them.
  CHECK(ceiled(3, 2, 2, 1).output == 2);
  CHECK(ceiled(3, 2, 2, 1).overhang == 0);
}

TEST_CASE("padding: for all sides, rows and columns, or each side") {
  CHECK(Padding{1} == Padding{1, 1, 1, 1});
  CHECK(Padding{1, 2} == Padding{1, 1, 2, 2});
  CHECK(Padding{0} == Padding::valid);
  CHECK(Padding{0} != Padding::same);
  CHECK(Padding{1, 0, 2, 1}.is_at_most(1, 2));
  CHECK_FALSE(Padding{1, 0, 2, 1}.is_at_most(0, 2));
  CHECK_FALSE(Padding{1, 0, 1, 2}.is_at_most(1, 1));
  CHECK_FALSE(Padding{0, -1, 0, 0}.is_at_most(1, 1));
  CHECK_FALSE(Padding{0, 0, -1, 0}.is_at_most(1, 1));
  CHECK(Padding::same.is_at_most(0, 0));
}

TEST_CASE("padding: describes itself") {
  CHECK(to_string(Padding::same) == "same");
  CHECK(to_string(Padding::valid) == "valid");
  CHECK(to_string(Padding{1}) == "padding 1");
  CHECK(to_string(Padding{1, 2}) == "padding 1,1,2,2");
  CHECK(to_string(Padding{1, 0, 1, 0}) == "padding 1,0,1,0");
}

TEST_CASE("a dilated window reaches as far as its gaps make it") {
  CHECK(slide(28, 3, 1, Padding::valid.rows, 4).span() == 9);
  CHECK(slide(28, 3, 1, Padding::valid.rows, 4).output == 20);
  CHECK(slide(8, 3, 1, Padding::valid.rows, 4).output == 0);
  CHECK(slide(28, 3, 1, Padding::same.rows, 4).output == 28);
  CHECK(slide(28, 3, 1, Padding::same.rows, 4).before == 4);
  CHECK(slide(9, 2, 2, Padding::same.rows, 3).before == 1);
}

TEST_CASE("every tap between first and end falls inside the input, and no other") {
  for (const Padding& padding :
       {Padding::same, Padding::valid, Padding{1}, Padding{1, 0}, Padding{0, 2, 1, 1}}) {
    for (Index input = 1; input <= 9; ++input) {
      for (Index window = 1; window <= 9; ++window) {
        for (Index stride = 1; stride <= 4; ++stride) {
          for (Index dilation = 1; dilation <= 3; ++dilation) {
            if (!padding.rows.is_at_most(span_of(window, dilation) - 1)) continue;
            const SlidingAxis axis = slide(input, window, stride, padding.rows, dilation);
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
