#include <tweed/graph/input.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("Input: an image has three sizes, a vector one") {
  CHECK(detail::shape_of(Input<28, 14, 3>{}) == Shape{28, 14, 3});
  CHECK(detail::shape_of(Input<784>{}) == Shape{1, 1, 784});
  CHECK(detail::is_input<Input<784>>);
  CHECK_FALSE(detail::is_input<Shape>);
}
