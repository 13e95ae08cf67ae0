#include <tweed/layers/flatten.hpp>
#include <support/layer_run.hpp>

using namespace tweed;

TEST_CASE("Flatten: an image becomes a vector") {
  CHECK(Flatten::name == "flatten");
  CHECK(Flatten::fit({3, 4, 5}).output == Shape{1, 1, 60});
  CHECK(Flatten::fit({1, 1, 7}).output == Shape{1, 1, 7});
}

TEST_CASE_TEMPLATE("Flatten: the numbers stay as they are, both ways", T, float, double) {
  const auto result = tests::run_layer<Flatten, T>({3, 4, 5}, {.batch = 3});
  CHECK(result.y == tests::numbers<T>(3 * 60, tests::input_stream));
  CHECK(result.inferred == result.y);
  CHECK(result.dx == tests::numbers<T>(3 * 60, tests::output_gradient_stream));
}
