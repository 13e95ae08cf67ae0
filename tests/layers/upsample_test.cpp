#include <tweed/layers/upsample.hpp>
#include <support/layer_run.hpp>

#include <vector>

using tests::numbers;
using namespace tweed;

TEST_CASE("Upsample: height and width times the factors; what is none is refused") {
  CHECK(Upsample<2>::value.fit({3, 4, 5}).output == Shape{6, 8, 5});
  CHECK(Upsample<Window{1, 3}>::value.fit({3, 4, 5}).output == Shape{3, 12, 5});
  CHECK(UpsampleLayer{.factors = {2, 0}}.fit({3, 4, 5}).why ==
        UpsampleLayer::Why::its_factors_must_be_positive);
  CHECK(Upsample<Window{1, 3}>::value.describe() == "1x3");
}

TEST_CASE_TEMPLATE("Upsample: repeats pixels, and sums their gradients", T, float, double) {
  // 1x2 pixels, each three times to the right.
  const auto x = numbers<T>(4, tests::input_stream);
  const auto dy = numbers<T>(12, tests::output_gradient_stream);
  const auto result = tests::run_layer<Upsample<Window{1, 3}>, T>({1, 2, 2}, {.batch = 1});
  CHECK(result.y ==
        std::vector<T>{x[0], x[1], x[0], x[1], x[0], x[1], x[2], x[3], x[2], x[3], x[2], x[3]});
  CHECK(tests::same_bits(result.inferred, result.y));
  const std::vector<T> dx{dy[0] + dy[2] + dy[4], dy[1] + dy[3] + dy[5], dy[6] + dy[8] + dy[10],
                          dy[7] + dy[9] + dy[11]};
  CHECK(tests::relative_error(result.dx, dx) < tests::rounding<T>);
}
