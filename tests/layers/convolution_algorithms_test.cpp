#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <support/layer_run.hpp>
#include <support/naive_convolution.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

// Sanitizers need more of the stack.
#if defined(__unix__) && !defined(__SANITIZE_ADDRESS__)
#include <pthread.h>
#define HAS_SMALL_STACKS
#endif

using tests::LayerResult;
using tests::numbers;
using tests::relative_error;
using tests::same_bits;
using namespace tweed;

// Every algorithm in every family of convolutions, run through the layers: prepared and not, with
// each number of threads, and in exactly the memory that the layer asks for.

namespace {

template <Algorithm a>
using Dense3x3 = Conv2D<20, 3, a>;
template <Algorithm a>
using DenseOther = Conv2D<7, Window{4, 5}, Padding::valid, a>;
template <Algorithm a>
using Strided = Conv2D<6, 3, Stride{2, 1}, a>;
template <Algorithm a>
using Dilated = Conv2D<5, 3, Dilation{2}, a>;
template <Algorithm a>
using DensePadded = Conv2D<9, 3, Padding{2, 0, 0, 1}, a>;
template <Algorithm a>
using StridedPadded = Conv2D<6, Window{5, 3}, Stride{2}, Padding{1, 3, 2, 0}, a>;
template <Algorithm a>
using DepthwisePadded = DepthwiseConv2D<3, Stride{2}, Padding{1}, a>;
template <Algorithm a>
using InGroups = Conv2D<6, 3, Groups{3}, a>;
template <Algorithm a>
using Depthwise = DepthwiseConv2D<3, Multiplier{2}, a>;

/// What the type names, with kernels for every geometry, as a layer of a network that is built at
/// run time.
Conv2DLayer at_run_time(const auto& layer) {
  return layer.template for_family<kernels::conv::Family::any>();
}
DepthwiseConv2DLayer at_run_time(const DepthwiseConv2DLayer& layer) { return layer; }

/// The layer, asking for another algorithm.
template <template <Algorithm> class Layer>
auto layer_with(Algorithm asked) {
  auto layer = at_run_time(Layer<Algorithm::automatic>::value);
  layer.algorithm = asked;
  return layer;
}

template <template <Algorithm> class Layer>
constexpr bool can_run(Algorithm asked) {
  return detail::can_run_as_asked(asked, Layer<Algorithm::automatic>::value.geometry({1, 1, 1}));
}

template <class L>
tests::ConvolutionCase case_of(const L& layer, const Shape& input, Index batch) {
  const auto g = layer.geometry(input);
  return {batch,        g.rows.input, g.columns.input, g.channels,     g.filters,
          layer.kernel, layer.stride, layer.padding,   layer.dilation, g.groups};
}

/// What must come out of the numbers that `run_layer` feeds.
LayerResult<double> expected(const tests::ConvolutionCase& c) {
  const tests::NaiveConvolution naive(c);
  const auto x = numbers<double>(c.batch * c.input_size(), tests::input_stream);
  const auto kernel = numbers<double>(c.kernel_size(), tests::parameter_streams);
  const auto bias = numbers<double>(c.filters, tests::parameter_streams + 1);
  const auto dy = numbers<double>(c.batch * naive.output_size(), tests::output_gradient_stream);
  LayerResult<double> result;
  result.y = naive.forward(x, kernel, bias);
  result.dx = naive.input_gradient(kernel, dy);
  result.gradients = {naive.kernel_gradient(x, dy), naive.bias_gradient(dy)};
  return result;
}

/// Winograd's large tiles lose most digits.
template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;

template <class T>
void check_result(const LayerResult<T>& found, const LayerResult<double>& correct) {
  CHECK(relative_error(found.y, correct.y) < tolerance<T>);
  CHECK(same_bits(found.inferred, found.y));
  CHECK(relative_error(found.prepared, correct.y) < tolerance<T>);
  CHECK(relative_error(found.dx, correct.dx) < tolerance<T>);
  CHECK(relative_error(found.gradients[0], correct.gradients[0]) < tolerance<T>);
  CHECK(relative_error(found.gradients[1], correct.gradients[1]) < tolerance<T>);
}

template <class T>
void check_same(const LayerResult<T>& found, const LayerResult<T>& one) {
  CHECK(same_bits(found.inferred, one.inferred));
  CHECK(same_bits(found.prepared, one.prepared));
  CHECK(same_bits(found.y, one.y));
  CHECK(same_bits(found.dx, one.dx));
  CHECK(same_bits(found.gradients[0], one.gradients[0]));
  CHECK(same_bits(found.gradients[1], one.gradients[1]));
}

/// With a ReLU and a max-pool in it, against the layer without them.
template <class L>
void check_folded(const Shape& input, const LayerResult<float>& plain, Index batch, int threads) {
  constexpr Epilogue relu_and_pool{.activation = Activation::relu,
                                   .pool = {.window = 2, .stride = 2, .padding = Padding::same}};
  const auto found = tests::run_layer<L, float>(
      input, {.batch = batch, .threads = threads, .epilogue = relu_and_pool});
  const Shape from = L::value.fit(input).output;
  const Shape to{(from.height + 1) / 2, (from.width + 1) / 2, from.channels};
  std::vector<double> pooled(static_cast<std::size_t>(batch * to.size()));
  for (std::size_t i = 0; i < plain.y.size(); ++i) {
    const Index at = static_cast<Index>(i);
    const Index n = at / from.size();
    const Index row = at / (from.width * from.channels) % from.height;
    const Index column = at / from.channels % from.width;
    double& most = pooled[static_cast<std::size_t>(
        ((n * to.height + row / 2) * to.width + column / 2) * to.channels + at % from.channels)];
    most = std::max(most, static_cast<double>(plain.y[i]));
  }
  CHECK(relative_error(found.y, pooled) < tolerance<float>);
  CHECK(relative_error(found.inferred, pooled) < tolerance<float>);
  CHECK(relative_error(found.prepared, pooled) < tolerance<float>);
  const auto is_finite = [](float value) { return std::isfinite(value); };
  CHECK(std::ranges::all_of(found.dx, is_finite));
  for (const auto& gradient : found.gradients) CHECK(std::ranges::all_of(gradient, is_finite));
}

template <class L>
void check_runs(const std::vector<Shape>& inputs) {
  for (const Shape& input : inputs) {
    for (const Index batch : {1, 2, 9}) {
      const auto c = case_of(L::value, input, batch);
      CAPTURE(to_string(c));
      const auto correct = expected(c);
      const auto one = tests::run_layer<L, float>(input, {.batch = batch});
      const auto one_double = tests::run_layer<L, double>(input, {.batch = batch});
      check_result(one, correct);
      check_result(one_double, correct);
      for (const int threads : {1, 2, 3}) {
        CAPTURE(threads);
        const tests::LayerRunOptions options{.batch = batch, .threads = threads};
        check_same(tests::run_layer<L, float>(input, options), one);
        check_same(tests::run_layer<L, double>(input, options), one_double);
        check_same(tests::run_layer(AnyLayer(at_run_time(L::value)), input, options), one);
        check_folded<L>(input, one, batch, threads);
      }
      tests::check_frozen(tests::any_layer<L, float>, {input}, {.batch = batch, .threads = 2});
    }
  }
}

template <template <Algorithm> class Layer, Algorithm a>
void check_algorithm(const std::vector<Shape>& inputs, std::string& running) {
  CAPTURE(std::string(name(a)));
  if constexpr (can_run<Layer>(a)) {
    running += " " + std::string(name(a));
    check_runs<Layer<a>>(inputs);
    if (a != Algorithm::automatic) CHECK(Layer<a>::value.runs_as(inputs[0], 3) == name(a));
  } else {
    CHECK(AnyLayer(layer_with<Layer>(a)).fit({inputs.data(), 1}).why_not ==
          "its algorithm cannot do this kernel stride dilation or these groups");
  }
}

/// Runs every algorithm that can do a layer, and tells which.
template <template <Algorithm> class Layer>
std::string check_all(const std::vector<Shape>& inputs) {
  std::string running;
  using enum Algorithm;
  check_algorithm<Layer, automatic>(inputs, running);
  check_algorithm<Layer, indirect>(inputs, running);
  check_algorithm<Layer, direct>(inputs, running);
  check_algorithm<Layer, grouped>(inputs, running);
  check_algorithm<Layer, fft>(inputs, running);
  check_algorithm<Layer, winograd4>(inputs, running);
  check_algorithm<Layer, winograd6>(inputs, running);
  return running;
}

/// Which algorithm runs where only the environment asks for one.
template <template <Algorithm> class Layer>
void check_environment(const std::vector<Shape>& inputs, Algorithm asked) {
  check_runs<Layer<Algorithm::automatic>>(inputs);
  if (asked == Algorithm::automatic || !can_run<Layer>(asked)) return;
  CHECK(Layer<Algorithm::automatic>::value.runs_as(inputs[0], 3) == name(asked));
}

}  // namespace

TEST_CASE("convolution algorithms: 3x3 kernels") {
  CHECK(check_all<Dense3x3>({{6, 5, 1}, {7, 9, 17}}) ==
        " automatic indirect direct fft winograd4 winograd6");
}

TEST_CASE("convolution algorithms: other kernels") {
  CHECK(check_all<DenseOther>({{5, 7, 1}, {9, 6, 12}}) == " automatic indirect direct fft");
}

TEST_CASE("convolution algorithms: strides") {
  CHECK(check_all<Strided>({{7, 6, 1}, {5, 4, 11}}) == " automatic indirect direct");
}

TEST_CASE("convolution algorithms: gaps between the taps") {
  CHECK(check_all<Dilated>({{7, 6, 1}, {5, 7, 11}}) == " automatic indirect");
}

TEST_CASE("convolution algorithms: groups") {
  CHECK(check_all<InGroups>({{5, 6, 3}, {4, 7, 12}}) == " automatic indirect grouped");
}

TEST_CASE("convolution algorithms: depthwise, over one channel and more") {
  CHECK(check_all<Depthwise>({{6, 5, 1}, {5, 6, 19}}) == " automatic indirect grouped");
}

TEST_CASE("convolution algorithms: zeros of another number on each side") {
  CHECK(check_all<DensePadded>({{1, 3, 2}, {7, 12, 17}}) ==
        " automatic indirect direct fft winograd4 winograd6");
  CHECK(check_all<StridedPadded>({{1, 2, 3}, {8, 7, 11}}) == " automatic indirect direct");
  CHECK(check_all<DepthwisePadded>({{1, 1, 2}, {8, 19, 16}}) == " automatic indirect grouped");
}

#ifdef HAS_SMALL_STACKS
namespace {

/// Runs `body` on a thread with a stack of 128 KB, as musl gives each.
void run_on_small_stack(void (*body)()) {
  ::pthread_attr_t attributes;
  REQUIRE(::pthread_attr_init(&attributes) == 0);
  REQUIRE(::pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
  ::pthread_t thread;
  const auto start = [](void* what) -> void* {
    (*static_cast<void (**)()>(what))();
    return nullptr;
  };
  REQUIRE(::pthread_create(&thread, &attributes, start, &body) == 0);
  REQUIRE(::pthread_join(thread, nullptr) == 0);
  ::pthread_attr_destroy(&attributes);
}

template <template <Algorithm> class Layer, Algorithm... algorithms>
void check_small_stack() {
  run_on_small_stack([] {
    (tests::run_layer<Layer<algorithms>, float>({27, 26, 6}), ...);
    (tests::run_layer<Layer<algorithms>, double>({27, 26, 6}), ...);
  });
}

template <Algorithm a>
using Wide = Conv2D<20, 25, a>;

}  // namespace

TEST_CASE("convolution algorithms: a small stack is enough") {
  using enum Algorithm;
  check_small_stack<Dense3x3, indirect, direct, fft, winograd4, winograd6>();
  check_small_stack<DenseOther, indirect, direct, fft>();
  check_small_stack<Wide, fft>();  // the largest transform
  check_small_stack<InGroups, indirect, grouped>();
  check_small_stack<Depthwise, grouped>();
}
#endif

TEST_CASE("convolution algorithms: what the environment asks for") {
  const char* const variable = std::getenv("TWEED_CONV_ALGORITHM");
  const auto asked = algorithm_named(variable == nullptr ? "automatic" : variable);
  REQUIRE(asked.has_value());
  check_environment<Dense3x3>({{6, 5, 1}, {7, 9, 17}}, *asked);
  check_environment<DenseOther>({{5, 7, 1}, {9, 6, 12}}, *asked);
  check_environment<Strided>({{7, 6, 1}, {5, 4, 11}}, *asked);
  check_environment<Dilated>({{7, 6, 1}, {5, 7, 11}}, *asked);
  check_environment<InGroups>({{5, 6, 3}, {4, 7, 12}}, *asked);
  check_environment<Depthwise>({{6, 5, 1}, {5, 6, 19}}, *asked);
  // Here scratch for groups is far less than what any other algorithm takes.
  tests::run_layer<Conv2D<1, 3>, float>({512, 512, 1}, {.batch = 1});
}
