#include <tweed/layers/conv_transpose2d.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>
#include <support/naive_conv_transpose.hpp>

#include <string>
#include <vector>

using tests::numbers;
using tests::relative_error;
using tests::run_layer;
using namespace tweed;

namespace {

using Why = ConvTranspose2DLayer::Why;

/// What `LayerRun` gives the layer, and what it makes of it, against the definition.
template <class T>
void check(const ConvTranspose2DLayer& layer, const tests::TransposeCase& c, Index batch) {
  CAPTURE(layer.describe());
  const double tolerance = 2 * tests::rounding<T>;
  const auto result =
      run_layer(AnyLayerOf<T>(layer), c.input, {.batch = batch, .threads = batch == 1 ? 3 : 2});
  const Index kernel_size =
      c.kernel.height * c.kernel.width * c.filters / c.groups * c.input.channels;
  const auto x = numbers<double>(batch * c.input.size(), tests::input_stream);
  const auto dy = numbers<double>(batch * c.output.size(), tests::output_gradient_stream);
  const auto kernel = numbers<double>(kernel_size, tests::parameter_streams);
  const auto bias = numbers<double>(layer.has_bias ? c.filters : 0, tests::parameter_streams + 1);
  const tests::NaiveConvTranspose naive(c, batch);
  CHECK(relative_error(result.y, naive.y(x, kernel, bias)) < tolerance);
  CHECK(relative_error(result.inferred, naive.y(x, kernel, bias)) < tolerance);
  CHECK(relative_error(result.dx, naive.dx(kernel, dy)) < tolerance);
  CHECK(relative_error(result.gradients[0], naive.kernel_gradient(x, dy)) < tolerance);
  if (!layer.has_bias) return;
  CHECK(relative_error(result.gradients[1], naive.bias_gradient(dy)) < tolerance);
}

/// The layer and what the definition has to know, which the layer works out for itself.
template <class T>
void check(ConvTranspose2DLayer layer, const Shape& input, Index top, Index left,
           const Shape& output, Index batch = 2) {
  layer.filters = output.channels;
  const auto fit = layer.fit(input);
  REQUIRE(fit.why == Why::fits);
  REQUIRE(fit.output == output);
  check<T>(layer,
           {.input = input,
            .filters = layer.filters,
            .kernel = layer.kernel,
            .stride = layer.stride,
            .dilation = layer.dilation,
            .top = top,
            .left = left,
            .output = output,
            .groups = layer.groups},
           batch);
}

}  // namespace

TEST_CASE(
    "ConvTranspose2D: sizes are those of Keras with same and valid, and PyTorch's in numbers") {
  const auto output = [](ConvTranspose2DLayer layer) {
    layer.filters = 2;
    return layer.fit({5, 7, 3}).output;
  };
  CHECK(output({.kernel = 3, .stride = 2}) == Shape{10, 14, 2});
  CHECK(output({.kernel = 4, .stride = 3}) == Shape{15, 21, 2});
  CHECK(output({.kernel = 2, .stride = 3}) == Shape{15, 21, 2});
  CHECK(output({.kernel = 3}) == Shape{5, 7, 2});
  CHECK(output({.kernel = 4, .stride = 2, .padding = Padding::valid}) == Shape{12, 16, 2});
  CHECK(output({.kernel = 3, .stride = 2, .padding = 1}) == Shape{9, 13, 2});
  CHECK(output({.kernel = 3, .stride = 2, .padding = 1, .output_padding = 1}) == Shape{10, 14, 2});
  CHECK(
      output({.kernel = 3, .stride = {2, 1}, .padding = {0, 1, 2, 0}, .output_padding = {1, 0}}) ==
      Shape{11, 7, 2});
  CHECK(output({.kernel = 3, .stride = 2, .dilation = 2, .padding = 2}) == Shape{9, 13, 2});
}

TEST_CASE("ConvTranspose2D: kernel and bias, and how they start") {
  using Layer = ConvTranspose2D<6, Window{3, 5}, Groups{2}>;
  const TensorList tensors = Layer::value.tensors({8, 9, 4});
  REQUIRE(tensors.end() - tensors.begin() == 2);
  const Tensor& kernel = tensors.begin()[0];
  CHECK(kernel.dims == std::array<Index, 4>{3, 5, 3, 4});
  CHECK(kernel.initializer == Initializer::glorot_uniform);
  CHECK(kernel.fan_in == 3 * 5 * 3);
  CHECK(kernel.fan_out == 3 * 5 * 4);
  CHECK(tensors.begin()[1].size() == 6);
  const TensorList alone = ConvTranspose2D<6, 3, NoBias{}>::value.tensors({8, 9, 4});
  CHECK(alone.end() - alone.begin() == 1);
}

TEST_CASE("ConvTranspose2D: describes itself") {
  CHECK(ConvTranspose2D<8, 4, Stride{2}>::value.describe() == "8, 4x4 same stride 2x2");
  CHECK(ConvTranspose2D<8, 3, Stride{2}, Padding{1}, OutputPadding{1}, Groups{4}, NoBias{}>::value
            .describe() ==
        "8, 3x3 padding 1 stride 2x2 output padding 1x1 in 4 groups without bias");
  CHECK(ConvTranspose2D<8, 4, Stride{2}>::value.multiply_adds({5, 7, 3}) == 35 * 16 * 3 * 8);
}

TEST_CASE("ConvTranspose2D: what does not fit is refused") {
  const auto why = [](const ConvTranspose2DLayer& layer, const Shape& input = {5, 7, 4}) {
    return layer.fit(input).why;
  };
  CHECK(why({.filters = 0, .kernel = 3}) == Why::its_settings_must_all_be_positive);
  CHECK(why({.filters = 2, .kernel = 3, .stride = 0}) == Why::its_settings_must_all_be_positive);
  CHECK(why({.filters = 2, .kernel = 3, .padding = 3}) ==
        Why::its_padding_must_not_be_negative_and_be_smaller_than_the_kernel_dilation_included);
  for (const Index appended : {-1, 2}) {
    CHECK(why({.filters = 2,
               .kernel = 3,
               .stride = 2,
               .padding = 1,
               .output_padding = OutputPadding{0, appended}}) ==
          Why::its_output_padding_must_not_be_negative_and_be_smaller_than_the_stride);
  }
  CHECK(why({.filters = 2, .kernel = 3, .stride = 2, .output_padding = 1}) ==
        Why::its_output_padding_wants_a_padding_in_numbers_instead_of_Padding_same);
  CHECK(why({.filters = 3, .kernel = 3, .groups = 2}) ==
        Why::filters_do_not_divide_into_the_groups);
  CHECK(why({.filters = 3, .kernel = 3, .groups = 3}) ==
        Why::channels_do_not_divide_into_the_groups);
  CHECK(why({.filters = 2, .kernel = 3, .padding = 2}, {1, 9, 4}) ==
        Why::its_padding_leaves_nothing_of_the_output_use_less);
  constexpr Index large = Index{1} << 30;
  CHECK(why({.filters = large, .kernel = {large, 3}, .padding = Padding::valid}) ==
        Why::it_is_too_large);
}

TEST_CASE_TEMPLATE("ConvTranspose2D: agrees with the definition", T, float, double) {
  // Same: what is taken away is shared out as in the convolution.
  check<T>({.kernel = 3, .stride = 2}, {5, 4, 3}, 0, 0, {10, 8, 5});
  check<T>({.kernel = 4, .stride = 2}, {5, 3, 17}, 1, 1, {10, 6, 20});
  check<T>({.kernel = 5, .stride = 3}, {3, 5, 7}, 1, 1, {9, 15, 1}, 1);
  check<T>({.kernel = 2, .stride = 3}, {4, 3, 1}, 0, 0, {12, 9, 11});  // gaps: the bias alone
  check<T>({.kernel = 3}, {7, 5, 9}, 1, 1, {7, 5, 10});
  check<T>({.kernel = 1}, {5, 7, 13}, 0, 0, {5, 7, 19}, 12);
  check<T>({.kernel = 2, .stride = 2}, {11, 13, 33}, 0, 0, {22, 26, 18});
  // Numbers.
  check<T>({.kernel = 3, .stride = 2, .padding = 1, .output_padding = 1}, {5, 4, 3}, 1, 1,
           {10, 8, 9}, 1);
  check<T>({.kernel = {3, 2}, .stride = {2, 1}, .padding = {0, 1, 1, 0}, .has_bias = false},
           {1, 7, 2}, 0, 1, {2, 7, 3}, 3);
  check<T>({.kernel = {2, 3}, .stride = 2, .dilation = {3, 2}, .padding = Padding::valid},
           {4, 5, 3}, 0, 0, {10, 13, 4});
  // Many small images.
  check<T>({.kernel = 4, .stride = 1, .padding = Padding::valid}, {1, 1, 23}, 0, 0, {4, 4, 37}, 31);
  // Groups.
  check<T>({.kernel = 3, .stride = 2, .groups = 3}, {4, 3, 6}, 0, 0, {8, 6, 9});
  check<T>({.kernel = 4, .stride = 2, .padding = 1, .groups = 5}, {3, 4, 5}, 1, 1, {6, 8, 5});
  check<T>({.kernel = 2, .stride = 2, .groups = 2}, {3, 5, 34}, 0, 0, {6, 10, 36});
}

TEST_CASE("ConvTranspose2D: gives what PyTorch gives") {
  const auto check_answer = [](const auto& layer, const Shape& input, Index batch,
                               const auto& answer) {
    const auto result = run_layer(AnyLayerOf<double>(layer.value), input, {.batch = batch});
    CHECK(tests::fingerprint_error(result.y, answer[0]) < 1e-13);
    CHECK(tests::fingerprint_error(result.inferred, answer[0]) < 1e-13);
    CHECK(tests::fingerprint_error(result.dx, answer[1]) < 1e-13);
    for (std::size_t i = 0; i < result.gradients.size(); ++i) {
      CHECK(tests::fingerprint_error(result.gradients[i], answer[i + 2]) < 1e-13);
    }
  };
  using namespace tests::pytorch;
  check_answer(ConvTranspose2D<4, 3, Stride{2}, Padding{1}, OutputPadding{1}>{}, {5, 4, 3}, 2,
               conv_transpose2d);
  check_answer(ConvTranspose2D<5, 2, Stride{3}, Padding::valid>{}, {3, 5, 1}, 1,
               conv_transpose2d_gaps);
  check_answer(ConvTranspose2D<9, 3, Stride{2}, Padding{1}, Groups{3}>{}, {4, 3, 6}, 2,
               conv_transpose2d_groups);
  check_answer(ConvTranspose2D<7, Window{3, 2}, Stride{2, 1}, Padding{1, 0}, Dilation{2, 1},
                               OutputPadding{1, 0}>{},
               {4, 5, 2}, 1, conv_transpose2d_dilation);
  check_answer(ConvTranspose2D<1, 4, Stride{2}, Padding{1}, NoBias{}>{}, {5, 7, 17}, 3,
               conv_transpose2d_one_filter);
  check_answer(ConvTranspose2D<4, 5>{}, {6, 5, 9}, 2, conv_transpose2d_same);
}
