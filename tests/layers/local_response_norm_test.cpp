#include <tweed/layers/local_response_norm.hpp>
#include <support/layer_run.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using tests::numbers;
using namespace tweed;

namespace {

struct Naive {
  std::vector<double> y, dx;
};

/// Channel by channel, in long double.
Naive naive_response(const LocalResponseNormLayer& layer, const std::vector<double>& x,
                     const std::vector<double>& dy, Index channels) {
  using Real = long double;
  const auto alpha = static_cast<Real>(layer.alpha) / static_cast<Real>(layer.size);
  const auto beta = static_cast<Real>(layer.beta);
  const auto at = [](const auto& values, Index i) { return values[static_cast<std::size_t>(i)]; };
  std::vector<Real> s;
  const auto for_each_neighbour = [&](Index i, const auto& body) {
    const Index c = i % channels;
    for (Index other = c - layer.size / 2; other <= c + layer.size / 2; ++other) {
      if (other >= 0 && other < channels) body(i - c + other);
    }
  };
  for (Index i = 0; i < std::ssize(x); ++i) {
    Real sum = 0;
    for_each_neighbour(i, [&](Index j) { sum += static_cast<Real>(at(x, j)) * at(x, j); });
    s.push_back(static_cast<Real>(layer.k) + alpha * sum);
  }
  Naive naive;
  for (Index i = 0; i < std::ssize(x); ++i) {
    naive.y.push_back(static_cast<double>(at(x, i) * std::pow(at(s, i), -beta)));
    Real sum = 0;
    for_each_neighbour(i, [&](Index j) {
      sum += static_cast<Real>(at(dy, j)) * at(x, j) * std::pow(at(s, j), -beta - 1);
    });
    naive.dx.push_back(static_cast<double>(at(dy, i) * std::pow(at(s, i), -beta) -
                                           2 * alpha * beta * at(x, i) * sum));
  }
  return naive;
}

template <class T>
void check(const LocalResponseNormLayer& layer, const Shape& shape, Index batch) {
  CAPTURE(layer.describe());
  CAPTURE(to_string(shape));
  const Index count = batch * shape.size();
  const auto naive =
      naive_response(layer, numbers<double>(count, tests::input_stream),
                     numbers<double>(count, tests::output_gradient_stream), shape.channels);
  const AnyLayerOf<T> any(layer);
  const auto one = tests::run_layer(any, shape, {.batch = batch});
  CHECK(tests::relative_error(one.y, naive.y) < tests::rounding<T>);
  CHECK(tests::relative_error(one.dx, naive.dx) < tests::rounding<T>);
  for (const int threads : {2, 3, 8}) {
    const auto several = tests::run_layer(any, shape, {.batch = batch, .threads = threads});
    CHECK(tests::same_bits(several.y, one.y));
    CHECK(tests::same_bits(several.dx, one.dx));
  }
  const auto in_place = tests::run_layer(any, shape, {.batch = batch, .in_place = true});
  CHECK(tests::same_bits(in_place.y, one.y));
  CHECK(tests::same_bits(in_place.dx, one.dx));
}

}  // namespace

TEST_CASE_TEMPLATE("LocalResponseNorm: agrees with the naive one, for any number of threads", T,
                   float, double) {
  const std::vector<LocalResponseNormLayer> layers{
      {},
      {.size = 1},
      {.size = 3, .alpha = 0.5, .beta = 1.25, .k = 0.1},
      {.size = 9, .alpha = 2.0, .beta = 0.5, .k = 2.0},
      {.size = 5, .alpha = 0.0, .beta = 0.0}};
  for (const auto& layer : layers) {
    for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 1, 17}, Shape{3, 5, 2}, Shape{2, 3, 64},
                               Shape{31, 29, 13}, Shape{2, 2, 300}}) {
      for (const Index batch : {1, 3}) check<T>(layer, shape, batch);
    }
  }
}

TEST_CASE("LocalResponseNorm: what makes no sense is refused, a wide window is not") {
  using Why = LocalResponseNormLayer::Why;
  const auto why = [](const LocalResponseNormLayer& layer) { return layer.fit({2, 2, 4}).why; };
  CHECK(why({.size = 99}) == Why::fits);
  for (const Index size : {-1, 0, 2, 4}) {
    CHECK(why({.size = size}) == Why::its_size_must_be_odd_and_positive);
  }
  for (const double wrong : {-0.5, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK(why({.alpha = wrong}) == Why::its_alpha_and_beta_must_be_finite_and_not_below_0);
    CHECK(why({.beta = wrong}) == Why::its_alpha_and_beta_must_be_finite_and_not_below_0);
    CHECK(why({.k = wrong}) == Why::its_k_must_be_positive_and_finite);
  }
  CHECK(why({.k = 0.0}) == Why::its_k_must_be_positive_and_finite);
  CHECK(LocalResponseNorm<5, 2e-5, 0.5, 2>::value.describe() == "5, alpha 2e-05, beta 0.5, k 2");
}
