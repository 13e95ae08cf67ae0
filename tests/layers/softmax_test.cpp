#include <tweed/layers/softmax.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace tweed;

namespace {

/// Pixel by pixel, in long double.
std::vector<double> naive_softmax(const std::vector<double>& x, Index channels) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); i += static_cast<std::size_t>(channels)) {
    long double sum = 0.0L;
    for (Index c = 0; c < channels; ++c) {
      sum += std::exp(static_cast<long double>(x[i + static_cast<std::size_t>(c)]));
    }
    for (Index c = 0; c < channels; ++c) {
      y.push_back(static_cast<double>(
          std::exp(static_cast<long double>(x[i + static_cast<std::size_t>(c)])) / sum));
    }
  }
  return y;
}

std::vector<float> softmax(const std::vector<float>& x, Index channels) {
  std::vector<float> y(x.size());
  kernels::chosen::channel_softmax<float>(x.data(), y.data(), std::ssize(x) / channels, channels,
                                          2);
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("Softmax: over the channels of each pixel", T, float, double) {
  for (const Index channels : {1, 2, 3, 5, 8, 10, 16, 17, 33, 100}) {
    CAPTURE(channels);
    const Shape shape{3, 5, channels};
    const auto expected =
        naive_softmax(tests::numbers<double>(2 * shape.size(), tests::input_stream), channels);
    const auto one = tests::run_layer<Softmax, T>(shape);
    CHECK(tests::relative_error(one.y, expected) < tests::rounding<T>);
    for (const int threads : {2, 3, 8}) {
      const auto several = tests::run_layer<Softmax, T>(shape, {.threads = threads});
      CHECK(tests::same_bits(several.y, one.y));
      CHECK(tests::same_bits(several.dx, one.dx));
    }
    const auto in_place = tests::run_layer<Softmax, T>(shape, {.in_place = true});
    CHECK(tests::same_bits(in_place.y, one.y));
    CHECK(tests::same_bits(in_place.dx, one.dx));
    CHECK(tests::run_layer<Softmax, T>(shape, {.batch = 0}).y.empty());
    const auto report = testing::check_gradients<Softmax>(shape);
    CHECK_MESSAGE(report.passed(), report.where);
  }
}

TEST_CASE("Softmax: large numbers overflow nothing, and a NaN is not hidden") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(softmax({1000, 1000}, 2) == std::vector<float>{0.5F, 0.5F});
  CHECK(softmax({-1000, -1000, -1000, -1000}, 4) == std::vector<float>(4, 0.25F));
  CHECK(softmax({0, -infinity, 0}, 3) == std::vector<float>{0.5F, 0.0F, 0.5F});
  for (const Index channels : {3, 16, 19}) {
    for (const Index at : {Index{0}, channels - 1}) {
      std::vector<float> x(static_cast<std::size_t>(channels));
      x[static_cast<std::size_t>(at)] = std::nanf("");
      CHECK(std::ranges::all_of(softmax(x, channels), [](float y) { return std::isnan(y); }));
    }
  }
}
