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
  CHECK(UpsampleLayer{.factors = 2, .aligns_corners = true}.fit({3, 4, 5}).why ==
        UpsampleLayer::Why::only_bilinear_interpolation_aligns_corners);
  CHECK(Upsample<Window{1, 3}>::value.describe() == "1x3");
  CHECK(Upsample<2, Interpolation::bilinear>::value.describe() == "2x2 bilinear");
  CHECK(Upsample<2, AlignCorners{}, Interpolation::bilinear>::value.describe() ==
        "2x2 bilinear aligning corners");
}

TEST_CASE_TEMPLATE("Upsample: a pixel between two others is between their numbers", T, float,
                   double) {
  const auto x = tests::numbers<double>(4, tests::input_stream);
  const auto dy = tests::numbers<double>(8, tests::output_gradient_stream);
  const auto between = [](double a, double b) { return 0.75 * a + 0.25 * b; };
  using Layer = Upsample<Window{1, 2}, Interpolation::bilinear>;
  for (const int threads : {1, 2, 3, 8}) {
    const auto result = tests::run_layer<Layer, T>({1, 2, 2}, {.batch = 1, .threads = threads});
    const std::vector<double> y{x[0],
                                x[1],
                                between(x[0], x[2]),
                                between(x[1], x[3]),
                                between(x[2], x[0]),
                                between(x[3], x[1]),
                                x[2],
                                x[3]};
    CHECK(tests::relative_error(result.y, y) < tests::rounding<T>);
    CHECK(tests::same_bits(result.inferred, result.y));
    const std::vector<double> dx{dy[0] + between(dy[2], dy[4]), dy[1] + between(dy[3], dy[5]),
                                 dy[6] + between(dy[4], dy[2]), dy[7] + between(dy[5], dy[3])};
    CHECK(tests::relative_error(result.dx, dx) < tests::rounding<T>);
  }
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
