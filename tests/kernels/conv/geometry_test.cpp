#include <tweed/kernels/conv/geometry.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("conv geometry: sizes follow from the definition") {
  const kernels::conv::Geometry g{slide(7, 3, 2, Padding::same), slide(9, 5, 1, Padding::valid), 4,
                                  6};
  CHECK(g.input_size() == 7 * 9 * 4);
  CHECK(g.output_pixels() == 4 * 5);
  CHECK(g.output_size() == 4 * 5 * 6);
  CHECK(g.taps() == 3 * 5);
  CHECK(g.kernel_size() == 3 * 5 * 4 * 6);
  CHECK(g.multiplications() == 4 * 5 * 3 * 5 * 4 * 6);
}
