#include <tweed/layers/prelu.hpp>
#include <tweed/model/model.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <support/layer_run.hpp>

#include <vector>

using namespace tweed;

namespace {

struct Naive {
  std::vector<double> y, dx, slope_gradient;
};

Naive naive_prelu(Index count, Index channels, bool shares_slope) {
  const auto x = tests::numbers<double>(count, tests::input_stream);
  const auto dy = tests::numbers<double>(count, tests::output_gradient_stream);
  const Index slopes = shares_slope ? 1 : channels;
  const auto slope = tests::numbers<double>(slopes, tests::parameter_streams);
  Naive naive;
  naive.slope_gradient.resize(static_cast<std::size_t>(slopes));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = shares_slope ? 0 : i % static_cast<std::size_t>(channels);
    naive.y.push_back(x[i] > 0 ? x[i] : slope[c] * x[i]);
    naive.dx.push_back(x[i] > 0 ? dy[i] : slope[c] * dy[i]);
    if (x[i] < 0) naive.slope_gradient[c] += dy[i] * x[i];
  }
  return naive;
}

template <class L, class T>
void check(const Shape& shape, Index batch) {
  CAPTURE(to_string(shape));
  const Index count = batch * shape.size();
  const Naive naive = naive_prelu(count, shape.channels, L::value.shares_slope);
  const auto one = tests::run_layer<L, T>(shape, {.batch = batch});
  CHECK(tests::relative_error(one.y, naive.y) < tests::rounding<T>);
  CHECK(tests::relative_error(one.inferred, naive.y) < tests::rounding<T>);
  CHECK(tests::relative_error(one.dx, naive.dx) < tests::rounding<T>);
  CHECK(tests::relative_error(one.gradients[0], naive.slope_gradient) < 10 * tests::rounding<T>);
  for (const int threads : {2, 3, 8}) {
    const auto several = tests::run_layer<L, T>(shape, {.batch = batch, .threads = threads});
    CHECK(tests::same_bits(several.y, one.y));
    CHECK(tests::same_bits(several.dx, one.dx));
    CHECK(tests::same_bits(several.gradients[0], one.gradients[0]));
  }
  const auto in_place = tests::run_layer<L, T>(shape, {.batch = batch, .in_place = true});
  CHECK(tests::same_bits(in_place.y, one.y));
}

}  // namespace

TEST_CASE_TEMPLATE("PReLU: a slope for each channel, or one", T, float, double) {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 1, 7}, Shape{5, 3, 1}, Shape{5, 3, 4},
                             Shape{7, 9, 17}, Shape{3, 2, 300}, Shape{40, 41, 3}}) {
    for (const Index batch : {1, 3}) {
      check<PReLU<>, T>(shape, batch);
      check<PReLU<SharedSlope{}>, T>(shape, batch);
    }
  }
}

TEST_CASE("PReLU: its gradients, and none of an empty batch") {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 5, 4}, Shape{2, 3, 17}}) {
    for (const auto& report : {testing::check_gradients<PReLU<>>(shape, {.batch = 3}),
                               testing::check_gradients<PReLU<SharedSlope{}>>(shape)}) {
      CHECK_MESSAGE(report.passed(), report.where);
    }
  }
  const auto nothing = tests::run_layer<PReLU<>, float>({3, 4, 5}, {.batch = 0});
  CHECK(nothing.gradients[0] == std::vector<float>(5));
}

TEST_CASE("PReLU: starts with slopes of 0.25, or as it is told") {
  const auto slopes = []<class L>(std::type_identity<L>) {
    const Model<Sequential<Input<4, 4, 3>, L>> model{1};
    const auto values = model.tensors()[0].values;
    return std::vector<float>(values.begin(), values.end());
  };
  CHECK(slopes(std::type_identity<PReLU<>>{}) == std::vector<float>(3, 0.25F));
  CHECK(slopes(std::type_identity<PReLU<SharedSlope{}>>{}) == std::vector<float>{0.25F});
  CHECK(slopes(std::type_identity<PReLU<Initializer::zeros, SharedSlope{}>>{}) ==
        std::vector<float>{0.0F});
}
