#include <tweed/layers/dropout.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using tests::LayerResult;
using tests::run_layer;
using namespace tweed;

TEST_CASE("Dropout: keeps any shape, describes itself") {
  CHECK(Dropout<0.5>::value.name == "dropout");
  CHECK(Dropout<0.5>::value.fit({3, 4, 5}).output == Shape{3, 4, 5});
  CHECK(Dropout<0.25>::value.describe() == "0.25");
  CHECK(Dropout<0.0>::value.describe() == "0");
}

TEST_CASE_TEMPLATE("Dropout: inference changes nothing", T, float, double) {
  for (const bool in_place : {false, true}) {
    const auto result = run_layer<Dropout<0.9>, T>({3, 4, 5}, {.in_place = in_place});
    CHECK(result.inferred == tests::numbers<T>(2 * 60, tests::input_stream));
  }
}

TEST_CASE_TEMPLATE("Dropout: drops elements and scales the others; so backward", T, float, double) {
  constexpr Index count = 4 * 30 * 30 * 10;
  const auto x = tests::numbers<T>(count, tests::input_stream);
  const auto dy = tests::numbers<T>(count, tests::output_gradient_stream);
  const auto result = run_layer<Dropout<0.25>, T>({30, 30, 10}, {.batch = 4, .threads = 2});
  std::vector<T> y;
  std::vector<T> dx;
  Index kept = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool keep = result.y[i] != T{};
    kept += keep ? 1 : 0;
    y.push_back(keep ? x[i] / T(0.75) : T{});
    dx.push_back(keep ? dy[i] / T(0.75) : T{});
  }
  CHECK(tests::relative_error(result.y, y) < tests::rounding<T>);
  CHECK(tests::relative_error(result.dx, dx) < tests::rounding<T>);
  // Five standard deviations of 36000 draws.
  CHECK(std::abs(static_cast<double>(kept) / count - 0.75) < 5.0 * std::sqrt(0.75 * 0.25 / count));
}

TEST_CASE("Dropout: rate 0 changes nothing in training either") {
  const auto result = run_layer<Dropout<0.0>, float>({3, 4, 5});
  CHECK(result.y == tests::numbers<float>(2 * 60, tests::input_stream));
  CHECK(result.dx == tests::numbers<float>(2 * 60, tests::output_gradient_stream));
}

TEST_CASE("Dropout: the pass's key decides what is dropped") {
  const auto y = [](const RandomKey& key) {
    return run_layer<Dropout<0.5>, float>({8, 8, 3}, {.random = key}).y;
  };
  const auto one = y({.seed = 1, .step = 2, .layer = 3});
  CHECK(y({.seed = 1, .step = 2, .layer = 3}) == one);
  CHECK(y({.seed = 2, .step = 2, .layer = 3}) != one);
  CHECK(y({.seed = 1, .step = 3, .layer = 3}) != one);
  CHECK(y({.seed = 1, .step = 2, .layer = 4}) != one);
}
