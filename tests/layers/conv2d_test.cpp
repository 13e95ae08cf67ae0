#include <tweed/layers/conv2d.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>
#include <support/naive_convolution.hpp>

#include <algorithm>
#include <string>
#include <vector>

using tests::ConvolutionCase;
using tests::LayerResult;
using tests::relative_error;
using namespace tweed;

namespace {

/// What must come out of a convolution with the numbers that `run_layer` feeds it.
LayerResult<double> expected(const ConvolutionCase& c, const Epilogue& epilogue) {
  using tests::numbers;
  const tests::NaiveConvolution naive(c);
  const auto x = numbers<double>(c.batch * c.input_size(), tests::input_stream);
  const auto kernel = numbers<double>(c.kernel_size(), tests::parameter_streams);
  const auto bias = numbers<double>(c.filters, tests::parameter_streams + 1);
  auto dy = numbers<double>(c.batch * naive.output_size(), tests::output_gradient_stream);

  LayerResult<double> result;
  result.y = naive.forward(x, kernel, bias);
  const bool relu = epilogue.activation == Activation::relu;
  for (std::size_t i = 0; relu && i < dy.size(); ++i) {
    dy[i] = result.y[i] > 0.0 ? dy[i] : 0.0;
    result.y[i] = std::max(0.0, result.y[i]);
  }
  result.dx = naive.input_gradient(kernel, dy);
  result.gradients = {naive.kernel_gradient(x, dy), naive.bias_gradient(dy)};
  return result;
}

template <class T>
void check(const AnyLayerOf<T>& layer, const ConvolutionCase& c, const Epilogue& epilogue,
           const LayerResult<double>& correct) {
  CAPTURE(to_string(c));
  CAPTURE(sizeof(T));
  const auto result = tests::run_layer(layer, {c.height, c.width, c.channels},
                                       {.batch = c.batch, .threads = 2, .epilogue = epilogue});
  CHECK(relative_error(result.y, correct.y) < tests::rounding<T>);
  CHECK(tests::same_bits(result.inferred, result.y));
  CHECK(relative_error(result.dx, correct.dx) < tests::rounding<T>);
  CHECK(relative_error(result.gradients[0], correct.gradients[0]) < tests::rounding<T>);
  CHECK(relative_error(result.gradients[1], correct.gradients[1]) < tests::rounding<T>);
}

/// Images of these sizes, with few channels and with more, in both number types.
template <class L>
void check(const std::vector<Shape>& inputs, ConvolutionCase c, const Epilogue& epilogue = {}) {
  for (const Shape& input : inputs) {
    for (const Index batch : {1, 3}) {
      c.batch = batch;
      c.height = input.height;
      c.width = input.width;
      c.channels = input.channels;
      const auto correct = expected(c, epilogue);
      check(tests::any_layer<L, float>, c, epilogue, correct);
      check(tests::any_layer<L, double>, c, epilogue, correct);
    }
  }
}

}  // namespace

TEST_CASE("Conv2D: the output has a pixel for each place of the kernel") {
  CHECK(Conv2D<7, 3>::value.fit({5, 6, 2}).output == Shape{5, 6, 7});
  CHECK(Conv2D<7, 4>::value.fit({5, 6, 2}).output == Shape{5, 6, 7});
  CHECK(Conv2D<7, 9>::value.fit({1, 2, 2}).output == Shape{1, 2, 7});
  CHECK(Conv2D<7, 3, Stride{2}>::value.fit({5, 6, 2}).output == Shape{3, 3, 7});
  CHECK(Conv2D<7, Window{3, 5}, Padding::valid>::value.fit({5, 6, 2}).output == Shape{3, 2, 7});
  CHECK(Conv2D<7, 2, Padding::valid, Stride{2, 3}>::value.fit({5, 6, 2}).output == Shape{2, 2, 7});
  CHECK(Conv2D<7, 3, Padding{1}, Stride{2}>::value.fit({8, 7, 2}).output == Shape{4, 4, 7});
  CHECK(Conv2D<7, 3, Padding{0, 1, 2, 1}>::value.fit({5, 6, 2}).output == Shape{4, 7, 7});
}

TEST_CASE("Conv2D: a valid kernel larger than the image is refused") {
  using Layer = Conv2D<1, Window{3, 5}, Padding::valid>;
  CHECK(Layer::value.fit({3, 5, 1}).why == LayerClass<Layer>::Why::fits);
  for (const Shape& input : {Shape{2, 5, 1}, Shape{3, 4, 1}}) {
    CHECK(Layer::value.fit(input).why ==
          LayerClass<Layer>::Why::kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same);
  }
}

TEST_CASE("Conv2D: channels that do not divide into the groups are refused") {
  using Layer = Conv2D<6, 3, Groups{3}>;
  CHECK(Layer::value.fit({5, 5, 9}).why == LayerClass<Layer>::Why::fits);
  CHECK(Layer::value.fit({5, 5, 8}).why ==
        LayerClass<Layer>::Why::channels_do_not_divide_into_the_groups);
}

TEST_CASE("Conv2D: kernel and bias, and how they start") {
  const TensorList tensors = Conv2D<7, Window{3, 5}>::value.tensors({8, 9, 2});
  REQUIRE(tensors.end() - tensors.begin() == 2);
  const Tensor& kernel = tensors.begin()[0];
  const Tensor& bias = tensors.begin()[1];
  CHECK(kernel.name == "kernel");
  CHECK(kernel.dims == std::array<Index, 4>{3, 5, 2, 7});
  CHECK(kernel.rank == 4);
  CHECK(kernel.initializer == Initializer::glorot_uniform);
  CHECK(kernel.fan_in == 3 * 5 * 2);
  CHECK(kernel.fan_out == 3 * 5 * 7);
  CHECK(bias.name == "bias");
  CHECK(bias.size() == 7);
  CHECK(bias.rank == 1);
  CHECK(bias.initializer == Initializer::zeros);
  const auto chosen = Conv2D<7, 3, Initializer::he_normal, Stride{2}>::value.tensors({8, 9, 2});
  CHECK(chosen.begin()->initializer == Initializer::he_normal);
  const auto grouped = Conv2D<6, 3, Groups{2}>::value.tensors({8, 9, 4});
  CHECK(grouped.begin()->dims == std::array<Index, 4>{3, 3, 2, 6});
  CHECK(grouped.begin()->fan_in == 3 * 3 * 2);
  CHECK(grouped.begin()->fan_out == 3 * 3 * 6);
  const auto without_bias = Conv2D<7, 3, NoBias{}>::value.tensors({8, 9, 2});
  CHECK(without_bias.end() - without_bias.begin() == 1);
}

TEST_CASE("Conv2D: describes itself") {
  CHECK(Conv2D<32, 5>::value.name == "conv2d");
  CHECK(Conv2D<32, 5>::value.describe() == "32, 5x5 same");
  CHECK(Conv2D<32, Window{1, 3}, Padding::valid>::value.describe() == "32, 1x3 valid");
  CHECK(Conv2D<32, 3, Padding{1}>::value.describe() == "32, 3x3 padding 1");
  CHECK(Conv2D<32, 3, Padding{1, 0, 1, 0}>::value.describe() == "32, 3x3 padding 1,0,1,0");
  CHECK(Conv2D<32, 5, Stride{2, 1}>::value.describe() == "32, 5x5 same stride 2x1");
  CHECK(Conv2D<32, 5, Groups{4}, Dilation{2}>::value.describe() ==
        "32, 5x5 same dilation 2x2 in 4 groups");
  CHECK(Conv2D<32, 5, NoBias{}>::value.describe() == "32, 5x5 same without bias");
}

TEST_CASE("Conv2D: agrees with the naive convolution") {
  check<Conv2D<5, 3>>({{1, 1, 1}, {7, 6, 3}, {4, 9, 13}}, {.filters = 5, .kernel = 3});
  check<Conv2D<17, 1>>({{3, 5, 2}, {5, 3, 11}}, {.filters = 17, .kernel = 1});
  check<Conv2D<3, 7>>({{2, 3, 4}, {1, 4, 9}}, {.filters = 3, .kernel = 7});
  check<Conv2D<4, Window{2, 4}, Stride{1, 2}>>({{5, 7, 3}, {6, 6, 10}},
                                               {.filters = 4, .kernel = {2, 4}, .stride = {1, 2}});
  check<Conv2D<6, Window{3, 2}, Stride{2, 3}, Padding::valid>>(
      {{3, 2, 1}, {8, 9, 10}},
      {.filters = 6, .kernel = {3, 2}, .stride = {2, 3}, .padding = Padding::valid});
}

TEST_CASE("Conv2D: with gaps between the taps and with groups agrees with the naive convolution") {
  check<Conv2D<5, 3, Dilation{2}>>({{7, 6, 3}, {4, 9, 13}},
                                   {.filters = 5, .kernel = 3, .dilation = 2});
  check<Conv2D<4, Window{3, 2}, Stride{2, 1}, Dilation{1, 3}, Padding::valid>>(
      {{7, 6, 3}}, {.filters = 4,
                    .kernel = {3, 2},
                    .stride = {2, 1},
                    .padding = Padding::valid,
                    .dilation = {1, 3}});
  check<Conv2D<6, 3, Groups{3}>>({{7, 6, 3}, {4, 9, 12}}, {.filters = 6, .kernel = 3, .groups = 3});
  check<Conv2D<68, 3, Groups{2}, Stride{2}>>(
      {{5, 6, 4}}, {.filters = 68, .kernel = 3, .stride = 2, .groups = 2});
}

TEST_CASE("Conv2D: with a ReLU in it agrees with the naive convolution") {
  check<Conv2D<5, 3>>({{7, 6, 3}, {4, 9, 13}}, {.filters = 5, .kernel = 3},
                      {.activation = Activation::relu});
}

TEST_CASE("Conv2D: gives what PyTorch gives") {
  const auto check_answer = [](const LayerResult<double>& result, const auto& answer) {
    CHECK(tests::fingerprint_error(result.y, answer[0]) < 1e-13);
    CHECK(tests::fingerprint_error(result.dx, answer[1]) < 1e-13);
    CHECK(tests::fingerprint_error(result.gradients[0], answer[2]) < 1e-13);
    CHECK(tests::fingerprint_error(result.gradients[1], answer[3]) < 1e-13);
  };
  using tests::run_layer;
  check_answer(run_layer<Conv2D<4, 3>, double>({5, 4, 3}), tests::pytorch::conv2d_same);
  check_answer(run_layer<Conv2D<3, Window{2, 4}>, double>({5, 6, 2}),
               tests::pytorch::conv2d_even_kernel);
  check_answer(run_layer<Conv2D<4, 3, Stride{2}>, double>({5, 7, 9}),
               tests::pytorch::conv2d_same_stride);
  check_answer(run_layer<Conv2D<5, Window{3, 2}, Stride{2, 1}, Padding::valid>, double>(
                   {7, 6, 2}, {.batch = 3}),
               tests::pytorch::conv2d_valid_stride);
  check_answer(run_layer<Conv2D<4, 3, Dilation{2}>, double>({7, 6, 3}),
               tests::pytorch::conv2d_dilation);
  check_answer(run_layer<Conv2D<6, 3, Groups{2}>, double>({5, 6, 4}),
               tests::pytorch::conv2d_groups);
}
