#include <tweed/layers/batch_norm.hpp>
#include <support/error_message.hpp>
#include <support/layer_run.hpp>
#include <support/naive_batch_norm.hpp>

#include <cmath>
#include <vector>

using tests::LayerResult;
using tests::numbers;
using tests::relative_error;
using tests::run_layer;
using namespace tweed;

namespace {

/// What `LayerRun` gives the layer, in double.
struct Sample {
  std::vector<double> x, dy, scale, shift;

  Sample(const Shape& shape, Index batch)
      : x(numbers<double>(batch * shape.size(), tests::input_stream)),
        dy(numbers<double>(batch * shape.size(), tests::output_gradient_stream)),
        scale(numbers<double>(shape.channels, tests::parameter_streams)),
        shift(numbers<double>(shape.channels, tests::parameter_streams + 1)) {}

  tests::NaiveBatchNorm naive(double epsilon) const { return {x, scale, shift, epsilon}; }

  /// With a mean and a variance of 1.
  std::vector<double> inferred(double epsilon) const {
    std::vector<double> y;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % scale.size();
      y.push_back((x[i] - 1.0) / std::sqrt(1.0 + epsilon) * scale[c] + shift[c]);
    }
    return y;
  }
};

template <class L, class T>
void check(const Shape& shape, Index batch, double tolerance) {
  CAPTURE(to_string(shape));
  constexpr BatchNormLayer layer = L::value;
  const Sample s(shape, batch);
  const auto naive = s.naive(layer.epsilon);
  const auto result = run_layer<L, T>(shape, {.batch = batch, .threads = 2});
  CHECK(relative_error(result.y, naive.y()) < tolerance);
  CHECK(relative_error(result.inferred, s.inferred(layer.epsilon)) < tolerance);
  CHECK(relative_error(result.dx, naive.dx(s.dy)) < tolerance);
  CHECK(relative_error(result.gradients[0], naive.scale_gradient(s.dy)) < tolerance);
  CHECK(relative_error(result.gradients[1], naive.shift_gradient(s.dy)) < tolerance);
  const double values = static_cast<double>(batch * shape.height * shape.width);
  std::vector<double> mean, variance;
  for (std::size_t c = 0; c < s.scale.size(); ++c) {
    const double stays = layer.momentum;
    mean.push_back(stays + (1.0 - stays) * naive.mean[c]);
    variance.push_back(stays + (1.0 - stays) * naive.variance[c] * values / (values - 1.0));
  }
  CHECK(relative_error(result.state[0], mean) < tolerance);
  CHECK(relative_error(result.state[1], variance) < tolerance);
}

}  // namespace

TEST_CASE("BatchNorm: keeps any shape; scale and shift are trained, mean and variance are state") {
  constexpr BatchNormLayer layer;
  CHECK(layer.fit({3, 4, 5}).output == Shape{3, 4, 5});
  std::vector<std::string> names;
  for (const Tensor& tensor : layer.tensors({3, 4, 5})) {
    names.push_back(std::string(tensor.name) + (tensor.role == Role::state ? " state" : ""));
    CHECK(tensor.size() == 5);
  }
  CHECK(names == std::vector<std::string>{"scale", "shift", "mean state", "variance state"});
}

TEST_CASE("BatchNorm: without a scale or a shift it is one with ones or zeros there") {
  const auto names = [](const BatchNormLayer& layer) {
    std::string all;
    for (const Tensor& tensor : layer.tensors({3, 4, 5})) all += std::string(tensor.name) + " ";
    return all;
  };
  CHECK(names(BatchNorm<NoScale{}>::value) == "shift mean variance ");
  CHECK(names(BatchNorm<NoShift{}>::value) == "scale mean variance ");
  CHECK(names(BatchNorm<NoShift{}, NoScale{}>::value) == "mean variance ");

  const Shape shape{3, 4, 5};
  const auto check_naive = [&](const auto& layer, const std::vector<double>& scale,
                               const std::vector<double>& shift) {
    const Sample s(shape, 3);
    const tests::NaiveBatchNorm naive{s.x, scale, shift, 1e-5};
    const auto result = run_layer(AnyLayerOf<double>(layer.value), shape, {.batch = 3});
    CHECK(relative_error(result.y, naive.y()) < 1e-13);
    CHECK(relative_error(result.dx, naive.dx(s.dy)) < 1e-13);
    std::vector<std::vector<double>> gradients;
    if (layer.value.has_scale) gradients.push_back(naive.scale_gradient(s.dy));
    if (layer.value.has_shift) gradients.push_back(naive.shift_gradient(s.dy));
    REQUIRE(result.gradients.size() == gradients.size());
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      CHECK(relative_error(result.gradients[i], gradients[i]) < 1e-13);
    }
  };
  const std::vector<double> ones(5, 1.0), zeros(5);
  const auto learnt = numbers<double>(5, tests::parameter_streams);
  check_naive(BatchNorm<NoScale{}>{}, ones, learnt);
  check_naive(BatchNorm<NoShift{}>{}, learnt, zeros);
  check_naive(BatchNorm<NoScale{}, NoShift{}>{}, ones, zeros);
}

TEST_CASE("BatchNorm: options in any order, described where they are not the usual ones") {
  CHECK(BatchNorm<>::value.describe().empty());
  CHECK(BatchNorm<Momentum{0.99}>::value.describe() == "momentum 0.99");
  CHECK(BatchNorm<Epsilon{1e-3}, Momentum{0.5}>::value.describe() == "momentum 0.5, epsilon 0.001");
  CHECK(BatchNorm<NoShift{}, Momentum{0.5}>::value.describe() == "momentum 0.5, no shift");
  CHECK(BatchNorm<NoShift{}, NoScale{}>::value.describe() == "no scale, no shift");
}

TEST_CASE("BatchNorm: values that make no sense are refused") {
  using Why = BatchNormLayer::Why;
  const auto why = [](double momentum, double epsilon) {
    return BatchNormLayer{.momentum = momentum, .epsilon = epsilon}.fit({1, 1, 3}).why;
  };
  CHECK(why(0.0, 1e-12) == Why::fits);
  for (const double momentum : {-0.1, 1.0, std::nan("")}) {
    CHECK(why(momentum, 1e-5) == Why::its_momentum_must_lie_in_0_to_1_without_1);
  }
  for (const double epsilon : {0.0, -1.0, std::nan("")}) {
    CHECK(why(0.9, epsilon) == Why::its_epsilon_must_be_positive);
  }
}

TEST_CASE_TEMPLATE("BatchNorm: agrees with the naive one, state included", T, float, double) {
  constexpr double tolerance = 50 * tests::rounding<T>;
  check<BatchNorm<>, T>({5, 3, 1}, 3, tolerance);
  check<BatchNorm<>, T>({1, 1, 17}, 7, tolerance);
  check<BatchNorm<>, T>({9, 7, 33}, 1, tolerance);
  check<BatchNorm<Momentum{0.5}, Epsilon{0.1}>, T>({4, 4, 5}, 2, tolerance);
}

TEST_CASE("BatchNorm: one pixel of one sample cannot be trained with, but predicted") {
  const Shape vector{1, 1, 3};
  CHECK(tests::error_message([&] {
          run_layer<BatchNorm<>, float>(vector, {.batch = 1});
        }).starts_with("batch_norm: training takes the variance of each channel"));
  check<BatchNorm<>, float>({2, 1, 3}, 1, 1e-4);
}
