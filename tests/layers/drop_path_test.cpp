#include <tweed/layers/drop_path.hpp>
#include <tweed/layers/spatial_dropout.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using tests::run_layer;
using namespace tweed;

namespace {

/// What Dropout makes of one number for each whole that is dropped or kept.
template <class T>
std::vector<T> factors(Index count, double rate) {
  std::vector<T> ones(static_cast<std::size_t>(count), T{1});
  kernels::chosen::dropout<T>(ones.data(), ones.data(), count, rate, {.seed = 1}, 1, nullptr);
  return ones;
}

/// `whole_of(n, c)` is the whole that channel c of sample n belongs to, of so many.
template <class L, class T, class WholeOf>
void check(const Shape& shape, Index batch, double rate, Index wholes, const WholeOf& whole_of) {
  CAPTURE(to_string(shape));
  const auto x = tests::numbers<T>(batch * shape.size(), tests::input_stream);
  const auto dy = tests::numbers<T>(batch * shape.size(), tests::output_gradient_stream);
  const auto by = factors<T>(wholes, rate);
  std::vector<T> y;
  std::vector<T> dx;
  for (Index i = 0; i < std::ssize(x); ++i) {
    const auto whole = static_cast<std::size_t>(whole_of(i / shape.size(), i % shape.channels));
    y.push_back(by[whole] * x[static_cast<std::size_t>(i)]);
    dx.push_back(by[whole] * dy[static_cast<std::size_t>(i)]);
  }
  for (const int threads : {1, 2, 3, 8}) {
    for (const bool in_place : {false, true}) {
      const auto result =
          run_layer<L, T>(shape, {.batch = batch, .threads = threads, .in_place = in_place});
      CHECK(std::ranges::equal(result.y, y));  // zeros of either sign
      CHECK(std::ranges::equal(result.dx, dx));
      CHECK(result.inferred == x);
    }
  }
}

const std::vector<Shape> shapes{{1, 1, 1}, {1, 1, 7}, {5, 3, 1}, {7, 9, 17}, {40, 41, 13}};

}  // namespace

TEST_CASE_TEMPLATE("DropPath: samples as wholes, with the bits of Dropout", T, float, double) {
  for (const Shape& shape : shapes) {
    for (const Index batch : {1, 3, 11}) {
      check<DropPath<0.5>, T>(shape, batch, 0.5, batch, [](Index n, Index) { return n; });
    }
  }
}

TEST_CASE_TEMPLATE("SpatialDropout: channels of samples as wholes, with the bits of Dropout", T,
                   float, double) {
  for (const Shape& shape : shapes) {
    for (const Index batch : {1, 3, 11}) {
      check<SpatialDropout<0.4>, T>(shape, batch, 0.4, batch * shape.channels,
                                    [&](Index n, Index c) { return n * shape.channels + c; });
    }
  }
}

TEST_CASE("DropPath and SpatialDropout: at the asked rate, kept ones scaled; 0 changes nothing") {
  constexpr Index batch = 4000;
  const auto y = run_layer<DropPath<0.25>, float>({1, 1, 1}, {.batch = batch}).y;
  const auto x = tests::numbers<float>(batch, tests::input_stream);
  Index kept = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (y[i] == 0.0F) continue;
    ++kept;
    CHECK(y[i] == doctest::Approx(x[i] / 0.75F));
  }
  // Five standard deviations.
  CHECK(std::abs(static_cast<double>(kept) / batch - 0.75) < 5.0 * std::sqrt(0.75 * 0.25 / batch));
  CHECK(run_layer<DropPath<0.0>, float>({3, 4, 5}).y ==
        tests::numbers<float>(120, tests::input_stream));
  CHECK(run_layer<SpatialDropout<0.0>, float>({3, 4, 5}).y ==
        tests::numbers<float>(120, tests::input_stream));
}

TEST_CASE("DropPath and SpatialDropout: keep any shape, describe themselves, refuse a rate of 1") {
  CHECK(DropPath<0.1>::value.fit({3, 4, 5}).output == Shape{3, 4, 5});
  CHECK(DropPath<0.1>::value.describe() == "0.1");
  CHECK(SpatialDropout<0.25>::value.describe() == "0.25");
  CHECK(DropPathLayer{1.0}.fit({3, 4, 5}).why ==
        DropPathLayer::Why::its_rate_must_lie_in_0_to_1_without_1);
  CHECK(SpatialDropoutLayer{-0.1}.fit({3, 4, 5}).why ==
        SpatialDropoutLayer::Why::its_rate_must_lie_in_0_to_1_without_1);
}

TEST_CASE("DropPath: a sample that goes round the branch is 0 whatever came out of it") {
  const std::vector<float> x(4, INFINITY);
  const std::vector<float> by{0.0F, 2.0F};
  std::vector<float> y(4);
  kernels::chosen::multiply_samples<float>(2, 2, x.data(), by.data(), y.data(), 1);
  CHECK(y == std::vector<float>{0, 0, INFINITY, INFINITY});
}
