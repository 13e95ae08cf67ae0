#include <tweed/layers/depthwise_conv2d.hpp>
#include <known_answers/pytorch.hpp>
#include <support/layer_run.hpp>

using namespace tweed;

TEST_CASE("DepthwiseConv2D: as many filters as channels, or a multiple") {
  CHECK(DepthwiseConv2D<3>::value.fit({5, 6, 7}).output == Shape{5, 6, 7});
  CHECK(DepthwiseConv2D<3, Multiplier{4}, Stride{2}>::value.fit({5, 6, 7}).output ==
        Shape{3, 3, 28});
  CHECK(DepthwiseConv2D<3, Padding::valid, Dilation{2}>::value.fit({5, 6, 7}).output ==
        Shape{1, 2, 7});
  using Valid = DepthwiseConv2D<5, Padding::valid>;
  CHECK(Valid::value.fit({4, 9, 2}).why ==
        LayerClass<Valid>::Why::kernel_is_larger_than_the_input_shrink_it_or_use_Padding_same);
}

TEST_CASE("DepthwiseConv2D: kernel and bias, and how they start") {
  const TensorList tensors = DepthwiseConv2D<Window{3, 5}, Multiplier{2}>::value.tensors({8, 9, 7});
  REQUIRE(tensors.end() - tensors.begin() == 2);
  const Tensor& kernel = tensors.begin()[0];
  const Tensor& bias = tensors.begin()[1];
  CHECK(kernel.dims == std::array<Index, 4>{3, 5, 1, 14});
  CHECK(kernel.initializer == Initializer::glorot_uniform);
  CHECK(kernel.fan_in == 3 * 5);
  CHECK(kernel.fan_out == 3 * 5 * 14);
  CHECK(bias.size() == 14);
}

TEST_CASE("DepthwiseConv2D: describes itself") {
  CHECK(DepthwiseConv2D<3>::value.name == "depthwise_conv2d");
  CHECK(DepthwiseConv2D<3>::value.describe() == "3x3 same");
  CHECK(DepthwiseConv2D<3, Multiplier{2}, Stride{2}>::value.describe() ==
        "2 a channel, 3x3 same stride 2x2");
}

TEST_CASE("DepthwiseConv2D: one channel runs as any other number") {
  CHECK(DepthwiseConv2D<3>::value.runs_as({5, 5, 1}, 4) == "grouped");
  CHECK(DepthwiseConv2D<3>::value.runs_as({5, 5, 2}, 4) == "grouped");
}

TEST_CASE("DepthwiseConv2D: gives what PyTorch gives") {
  const auto check_answer = [](const tests::LayerResult<double>& result, const auto& answer) {
    CHECK(tests::fingerprint_error(result.y, answer[0]) < 1e-13);
    CHECK(tests::fingerprint_error(result.dx, answer[1]) < 1e-13);
    CHECK(tests::fingerprint_error(result.gradients[0], answer[2]) < 1e-13);
    CHECK(tests::fingerprint_error(result.gradients[1], answer[3]) < 1e-13);
  };
  using tests::run_layer;
  check_answer(run_layer<DepthwiseConv2D<3>, double>({5, 6, 19}), tests::pytorch::depthwise_conv2d);
  check_answer(run_layer<DepthwiseConv2D<3, Multiplier{2}, Stride{2}>, double>({5, 7, 3}),
               tests::pytorch::depthwise_conv2d_multiplier);
}
