#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <support/layer_run.hpp>

#include <algorithm>
#include <string>
#include <vector>

using tests::LayerResult;
using tests::run_layer;
using namespace tweed;

namespace {

template <class T>
bool same_bits(const LayerResult<T>& a, const LayerResult<T>& b) {
  return tests::same_bits(a.inferred, b.inferred) && tests::same_bits(a.prepared, b.prepared) &&
         tests::same_bits(a.y, b.y) && tests::same_bits(a.dx, b.dx) &&
         std::ranges::equal(a.gradients, b.gradients,
                            [](const auto& p, const auto& q) { return tests::same_bits(p, q); });
}

template <Layer L>
void check_gradients(const Shape& input) {
  for (const Index batch : {1, 3}) {
    const auto report = testing::check_gradients<L>(input, {.batch = batch});
    CHECK_MESSAGE(report.passed(), report.where);
  }
}

void check_threads(const tests::AnyLayer<float>& layer, const Shape& input) {
  const auto one = run_layer(layer, input, {.batch = 11});
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(same_bits(run_layer(layer, input, {.batch = 11, .threads = threads}), one));
  }
}

void check_in_place(const tests::AnyLayer<float>& layer, const Shape& input) {
  const auto apart = run_layer(layer, input, {.threads = 2});
  CHECK(same_bits(run_layer(layer, input, {.threads = 2, .in_place = true}), apart));
}

void check_float_against_double(const tests::AnyLayer<float>& single_layer,
                                const tests::AnyLayer<double>& double_layer, const Shape& input) {
  const auto single = run_layer(single_layer, input);
  const auto exact = run_layer(double_layer, input);
  CHECK(tests::relative_error(single.y, exact.y) < 1e-5);
  CHECK(tests::relative_error(single.inferred, exact.inferred) < 1e-5);
  CHECK(tests::relative_error(single.dx, exact.dx) < 1e-5);
  for (std::size_t i = 0; i < exact.gradients.size(); ++i) {
    CHECK(tests::relative_error(single.gradients[i], exact.gradients[i]) < 1e-5);
  }
}

/// No sample at all: nothing to compute, and nothing that parameters could change.
void check_empty_batch(const tests::AnyLayer<float>& layer, const Shape& input) {
  const auto result = run_layer(layer, input, {.batch = 0, .threads = 2});
  CHECK(result.y.empty());
  CHECK(result.dx.empty());
  for (const auto& gradient : result.gradients) {
    CHECK(std::ranges::all_of(gradient, [](float value) { return value == 0.0F; }));
  }
}

template <Layer L>
void check(const std::vector<Shape>& inputs) {
  constexpr auto& layer = tests::any_layer<L, float>;
  for (const Shape& input : inputs) {
    CAPTURE(std::string(L::name));
    CAPTURE(to_string(input));
    check_gradients<L>(input);
    check_threads(layer, input);
    if (works_in_place<L>()) check_in_place(layer, input);
    check_float_against_double(layer, tests::any_layer<L, double>, input);
    check_empty_batch(layer, input);
  }
}

}  // namespace

// Each layer with shapes that matter to it: correct gradients; the same bits for any number of
// threads and in place; float as double; an empty batch.

TEST_CASE("every layer: Conv2D") {
  check<Conv2D<3, 3>>({{1, 1, 1}, {5, 4, 2}, {3, 4, 9}});
  check<Conv2D<5, 1>>({{2, 5, 1}, {3, 2, 11}});
  check<Conv2D<2, Window{2, 4}>>({{5, 6, 2}, {1, 3, 1}});
  check<Conv2D<3, 7>>({{3, 2, 2}});
  check<Conv2D<4, 3, Stride{2}>>({{7, 6, 3}, {5, 5, 9}});
  check<Conv2D<2, Window{1, 5}, Stride{2, 3}, Padding::valid>>({{5, 11, 2}, {1, 5, 10}});
  check<Conv2D<17, 3, Padding::valid>>({{3, 4, 3}});
}

TEST_CASE("every layer: Conv2D with dilation and groups") {
  check<Conv2D<3, 3, Dilation{2}>>({{5, 6, 2}, {3, 4, 9}});
  check<Conv2D<2, Window{2, 3}, Stride{2, 1}, Dilation{3, 2}>>({{2, 5, 3}});
  check<Conv2D<6, 3, Groups{3}>>({{4, 5, 3}, {3, 3, 6}});
  check<Conv2D<34, 3, Groups{2}>>({{3, 2, 4}});
}

TEST_CASE("every layer: DepthwiseConv2D") {
  check<DepthwiseConv2D<3>>({{1, 1, 1}, {5, 4, 2}, {3, 4, 17}});
  check<DepthwiseConv2D<Window{2, 3}, Stride{2, 1}, Padding::valid>>({{5, 6, 3}});
  check<DepthwiseConv2D<3, Multiplier{2}, Dilation{2}>>({{4, 5, 3}});
}

TEST_CASE("every layer: Dense") {
  check<Dense<1>>({{1, 1, 1}, {1, 1, 7}});
  check<Dense<17>>({{1, 1, 13}});
}

TEST_CASE("every layer: Conv2D and Dense with a ReLU in them") {
  using detail::Convolution;
  using kernels::Activation;
  using Five = detail::FixedFilters<5>;
  using OneEach = detail::FiltersPerChannel<>;
  using SamePool = MaxPool<3, Stride{2}, Padding::same>;
  check<Convolution<Activation::relu, detail::NoPool, Five, 3>>({{4, 5, 2}, {3, 3, 9}});
  check<Convolution<Activation::relu, MaxPool<2>, Five, 3>>({{4, 6, 2}, {5, 3, 9}});
  check<Convolution<Activation::none, SamePool, Five, 3>>({{5, 4, 2}});
  check<Convolution<Activation::relu, detail::NoPool, OneEach, 3>>({{4, 5, 3}});
  check<Convolution<Activation::relu, MaxPool<2>, OneEach, 3>>({{4, 6, 17}});
  check<detail::FullyConnected<kernels::Activation::relu, 9>>({{1, 1, 11}});
}

TEST_CASE("every layer: MaxPool") {
  check<MaxPool<2>>({{2, 2, 1}, {4, 6, 3}, {7, 7, 5}});
  check<MaxPool<3, Stride{2}, Padding::same>>({{1, 1, 3}, {5, 7, 2}});
  check<MaxPool<Window{1, 3}, Stride{2, 1}>>({{5, 5, 2}});
}

TEST_CASE("every layer: those that work element by element") {
  check<ReLU>({{1, 1, 1}, {5, 3, 7}});
  check<Flatten>({{1, 1, 1}, {3, 5, 2}});
  check<Dropout<0.0>>({{3, 5, 2}});
  check<Dropout<0.4>>({{1, 1, 1}, {5, 3, 7}});
}

TEST_CASE("every layer: large enough that each thread gets a share") {
  check_threads(tests::any_layer<ReLU, float>, {43, 41, 13});
  check_threads(tests::any_layer<Dropout<0.25>, float>, {43, 41, 13});
  check_threads(tests::any_layer<Dense<300>, float>, {1, 1, 500});
}
