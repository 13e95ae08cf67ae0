#include <tweed/kernels/conv/geometry.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("conv geometry: sizes follow from the definition") {
  const kernels::conv::Geometry g{slide(7, 3, 2, Padding::same.rows),
                                  slide(9, 5, 1, Padding::valid.rows), 4, 6};
  CHECK(g.input_size() == 7 * 9 * 4);
  CHECK(g.output_pixels() == 4 * 5);
  CHECK(g.output_size() == 4 * 5 * 6);
  CHECK(g.taps() == 3 * 5);
  CHECK(g.kernel_size() == 3 * 5 * 4 * 6);
  CHECK(g.multiplications() == 4 * 5 * 3 * 5 * 4 * 6);
  CHECK(g.is_plain());
}

TEST_CASE("conv geometry: a group has its share of channels and filters") {
  const auto axis = slide(7, 3, 1, Padding::same.rows);
  const kernels::conv::Geometry g{axis, axis, 4, 6, 2};
  CHECK(g.group_channels() == 2);
  CHECK(g.group_filters() == 3);
  CHECK(g.kernel_size() == 3 * 3 * 2 * 6);
  CHECK(g.multiplications() == 7 * 7 * 3 * 3 * 2 * 6);
  CHECK_FALSE(g.is_plain());
}
