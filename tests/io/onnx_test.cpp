#include <tweed/io/onnx.hpp>
#include <tweed/layers/layers.hpp>
#include <tweed/model/any_network.hpp>
#include <support/error_message.hpp>
#include <support/onnx_reader.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

using namespace tweed;
using Lines = std::vector<std::string>;

// onnx.checker takes what stands here, and ONNX Runtime computes the same from it:
// tests/interoperability shows that where the Python packages are installed.

namespace {

template <class Net>
tests::OnnxModel exported(const OnnxOptions& options = {}) {
  return tests::read_onnx(onnx_bytes(Model<Net>{3}, options));
}

}  // namespace

TEST_CASE("images go through NCHW, with the padding spelled out") {
  using Net = Sequential<Input<11, 10, 2>, MaxPool<3, Stride{2}, Padding::same>, Conv2D<4, 3>, ReLU,
                         Dropout<0.5>, Flatten, Dense<6>>;
  const auto model = exported<Net>();
  CHECK(model.ir_version == 7);
  CHECK(model.operator_set == 13);
  CHECK(model.producer == "tweed");
  CHECK(model.input == "input [batch,11,10,2]");
  CHECK(model.output == "output [batch,6]");
  CHECK(model.nodes ==
        Lines{"Transpose(input) perm=[0,3,1,2] -> input_nchw",
              "MaxPool(input_nchw) kernel_shape=[3,3] strides=[2,2] pads=[1,0,1,1] -> max_pool_1",
              "Conv(max_pool_1, conv2d_1.kernel, conv2d_1.bias) kernel_shape=[3,3] strides=[1,1] "
              "pads=[1,1,1,1] dilations=[1,1] group=1 -> conv2d_1",
              "Relu(conv2d_1) -> relu_1", "Transpose(relu_1) perm=[0,2,3,1] -> flatten_1.nhwc",
              "Flatten(flatten_1.nhwc) axis=1 -> flatten_1.flatten",
              "Gemm(flatten_1.flatten, dense_1.kernel, dense_1.bias) -> dense_1",
              "Identity(dense_1) -> output"});
}

TEST_CASE("zeros on each side are attributes as they are") {
  using Net = Sequential<Input<9, 10, 2>, Conv2D<4, 3, Stride{2}, Padding{1}>,
                         MaxPool<3, Stride{1}, Padding{1, 0, 0, 1}>>;
  const auto nodes = exported<Net>().nodes;
  CHECK(nodes[1] ==
        "Conv(input_nchw, conv2d_1.kernel, conv2d_1.bias) kernel_shape=[3,3] strides=[2,2] "
        "pads=[1,1,1,0] dilations=[1,1] group=1 -> conv2d_1");
  CHECK(nodes[2] ==
        "MaxPool(conv2d_1) kernel_shape=[3,3] strides=[1,1] pads=[1,0,0,1] -> max_pool_1");
}

TEST_CASE("windows beyond the edge are padding, which only tweed's own zeros count as") {
  using Net =
      Sequential<Input<8, 10, 2>, MaxPool<3, Stride{2}, CeilMode{}>,
                 AveragePool<3, Stride{2}, Padding{1}, CountPadding{}, CeilMode{}>, GlobalMaxPool>;
  const auto model = exported<Net>();
  const auto& nodes = model.nodes;
  CHECK(nodes[1] ==
        "MaxPool(input_nchw) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1] -> max_pool_1");
  CHECK(nodes[2] == "Pad(max_pool_1, average_pool_1.step_1.integers_1) -> average_pool_1.step_1");
  CHECK(nodes[3] ==
        "AveragePool(average_pool_1.step_1) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,0] -> "
        "average_pool_1");
  CHECK(nodes[4] == "GlobalMaxPool(average_pool_1) -> global_max_pool_1");
  const auto& pads = model.constants.at("average_pool_1.step_1.integers_1");
  CHECK(pads.type == 7);
  CHECK(pads.dims == std::vector<Index>{8});
}

TEST_CASE("what puts numbers elsewhere has whole numbers as further inputs") {
  using Net = Sequential<Input<24>, Reshape<2, 3, 4>, ZeroPad<Padding{1, 0, 2, 1}>, Crop<1>,
                         ChannelSlice<2, 2>, ChannelShuffle<2>, LayerScale<>, Reshape<8>>;
  const auto model = exported<Net>();
  CHECK(
      model.nodes ==
      Lines{"Reshape(input, reshape_1.step_1.integers_1) -> reshape_1.step_1",
            "Transpose(reshape_1.step_1) perm=[0,3,1,2] -> reshape_1",
            "Pad(reshape_1, zero_pad_1.integers_1) -> zero_pad_1",
            "Slice(zero_pad_1, crop_1.integers_1, crop_1.integers_2, crop_1.integers_3) -> crop_1",
            "Slice(crop_1, channel_slice_1.integers_1, channel_slice_1.integers_2, "
            "channel_slice_1.integers_3) -> channel_slice_1",
            "Reshape(channel_slice_1, channel_shuffle_1.step_1.integers_1) -> "
            "channel_shuffle_1.step_1",
            "Transpose(channel_shuffle_1.step_1) perm=[0,2,1,3] -> channel_shuffle_1.step_2",
            "Reshape(channel_shuffle_1.step_2, channel_shuffle_1.integers_1) -> "
            "channel_shuffle_1",
            "Mul(channel_shuffle_1, layer_scale_1.scale) -> layer_scale_1",
            "Transpose(layer_scale_1) perm=[0,2,3,1] -> reshape_2.nhwc",
            "Flatten(reshape_2.nhwc) axis=1 -> reshape_2.flatten",
            "Identity(reshape_2.flatten) -> output"});
  const auto integers = [&](const std::string& name) {
    const auto& constant = model.constants.at(name);
    CHECK(constant.type == 7);
    std::vector<std::int64_t> values(static_cast<std::size_t>(constant.dims[0]));
    REQUIRE(constant.bytes.size() == values.size() * sizeof(std::int64_t));
    std::memcpy(values.data(), constant.bytes.data(), constant.bytes.size());
    return values;
  };
  using Integers = std::vector<std::int64_t>;
  CHECK(integers("zero_pad_1.integers_1") == Integers{0, 0, 1, 2, 0, 0, 0, 1});
  CHECK(integers("crop_1.integers_1") == Integers{1, 1});
  CHECK(integers("crop_1.integers_2") == Integers{2, 5});
  CHECK(integers("channel_slice_1.integers_2") == Integers{4});
}

TEST_CASE("upsampling says where its pixels lie; what drops in training is not there") {
  using Net = Sequential<Input<2, 3, 4>, Upsample<2>, Upsample<2, Interpolation::bilinear>,
                         DropPath<0.5>, SpatialDropout<0.5>,
                         Upsample<Window{1, 2}, Interpolation::bilinear, AlignCorners{}>>;
  const auto nodes = exported<Net>().nodes;
  CHECK(nodes[1] ==
        "Resize(input_nchw, , upsample_1.constant_2) mode=nearest "
        "coordinate_transformation_mode=asymmetric nearest_mode=floor -> upsample_1");
  CHECK(nodes[2] ==
        "Resize(upsample_1, , upsample_2.constant_2) mode=linear "
        "coordinate_transformation_mode=half_pixel -> upsample_2");
  CHECK(nodes[3] ==
        "Resize(upsample_2, , upsample_3.constant_2) mode=linear "
        "coordinate_transformation_mode=align_corners -> upsample_3");
}

TEST_CASE("groups, gaps between taps and steps are attributes") {
  using Net = Sequential<Input<9, 10, 6>, DepthwiseConv2D<3, Multiplier{2}, Stride{2, 1}>,
                         Conv2D<8, Window{3, 2}, Groups{4}, Dilation{2, 1}, Padding::valid>>;
  const auto model = exported<Net>();
  CHECK(model.output == "output [batch,1,9,8]");
  CHECK(model.nodes ==
        Lines{"Transpose(input) perm=[0,3,1,2] -> input_nchw",
              "Conv(input_nchw, depthwise_conv2d_1.kernel, depthwise_conv2d_1.bias) "
              "kernel_shape=[3,3] strides=[2,1] pads=[1,1,1,1] dilations=[1,1] group=6 -> "
              "depthwise_conv2d_1",
              "Conv(depthwise_conv2d_1, conv2d_1.kernel, conv2d_1.bias) kernel_shape=[3,2] "
              "strides=[1,1] pads=[0,0,0,0] dilations=[2,1] group=4 -> conv2d_1",
              "Transpose(conv2d_1) perm=[0,2,3,1] -> output.nhwc",
              "Identity(output.nhwc) -> output"});
  CHECK(model.constants.at("depthwise_conv2d_1.kernel").dims == std::vector<Index>{12, 1, 3, 3});
  CHECK(model.constants.at("conv2d_1.kernel").dims == std::vector<Index>{8, 3, 3, 2});
}

TEST_CASE("transposed convolutions say what they take away and append") {
  using Net =
      Sequential<Input<4, 5, 6>,
                 ConvTranspose2D<9, 3, Stride{2}, Padding{1}, OutputPadding{1, 0}, Groups{3}>,
                 ConvTranspose2D<4, Window{4, 2}, Stride{3}, NoBias{}>>;
  const auto model = exported<Net>();
  CHECK(model.output == "output [batch,24,27,4]");
  CHECK(model.nodes[1] ==
        "ConvTranspose(input_nchw, conv_transpose2d_1.kernel, conv_transpose2d_1.bias) "
        "kernel_shape=[3,3] strides=[2,2] pads=[1,1,0,1] dilations=[1,1] output_padding=[0,0] "
        "group=3 -> conv_transpose2d_1");
  CHECK(model.nodes[2] ==
        "ConvTranspose(conv_transpose2d_1, conv_transpose2d_2.kernel) kernel_shape=[4,2] "
        "strides=[3,3] pads=[0,0,1,0] dilations=[1,1] output_padding=[0,1] group=1 -> "
        "conv_transpose2d_2");
  CHECK(model.constants.at("conv_transpose2d_1.kernel").dims == std::vector<Index>{6, 3, 3, 3});
}

TEST_CASE("what a batch normalisation has not learnt are ones and zeros") {
  const auto inputs = []<class L>(std::type_identity<L>) {
    const auto model = exported<Sequential<Input<3>, L>>();
    const std::string& node = model.nodes[0];
    return node.substr(0, node.find(')'));
  };
  CHECK(inputs(std::type_identity<BatchNorm<NoScale{}>>{}) ==
        "BatchNormalization(input, batch_norm_1.constant_1, batch_norm_1.shift, "
        "batch_norm_1.mean, batch_norm_1.variance");
  CHECK(inputs(std::type_identity<BatchNorm<NoShift{}>>{}) ==
        "BatchNormalization(input, batch_norm_1.scale, batch_norm_1.constant_1, "
        "batch_norm_1.mean, batch_norm_1.variance");
  using Bare = Sequential<Input<3>, BatchNorm<NoScale{}, NoShift{}>>;
  CHECK(inputs(std::type_identity<BatchNorm<NoScale{}, NoShift{}>>{}) ==
        "BatchNormalization(input, batch_norm_1.constant_1, batch_norm_1.constant_2, "
        "batch_norm_1.mean, batch_norm_1.variance");
  const auto constants = exported<Bare>().constants;
  CHECK(constants.at("batch_norm_1.constant_1").floats() == std::vector<float>(3, 1.0F));
  CHECK(constants.at("batch_norm_1.constant_2").floats() == std::vector<float>(3, 0.0F));
}

TEST_CASE("a vector is an image of one pixel to a convolution, and the other way round") {
  const auto model = exported<Sequential<Input<8>, Conv2D<3, 1>, Dense<2>>>({.softmax = true});
  CHECK(model.input == "input [batch,8]");
  CHECK(model.nodes ==
        Lines{"Reshape(input, conv2d_1.image_shape) -> conv2d_1.image",
              "Conv(conv2d_1.image, conv2d_1.kernel, conv2d_1.bias) kernel_shape=[1,1] "
              "strides=[1,1] pads=[0,0,0,0] dilations=[1,1] group=1 -> conv2d_1",
              "Transpose(conv2d_1) perm=[0,2,3,1] -> dense_1.nhwc",
              "Flatten(dense_1.nhwc) axis=1 -> dense_1.flatten",
              "Gemm(dense_1.flatten, dense_1.kernel, dense_1.bias) -> dense_1",
              "Softmax(dense_1) axis=-1 -> softmax", "Identity(softmax) -> output"});
  const auto& shape = model.constants.at("conv2d_1.image_shape");
  CHECK(shape.type == 7);
  CHECK(shape.dims == std::vector<Index>{4});
  std::array<std::int64_t, 4> sizes{};
  REQUIRE(shape.bytes.size() == sizeof sizes);
  std::memcpy(sizes.data(), shape.bytes.data(), sizeof sizes);
  CHECK(sizes == std::array<std::int64_t, 4>{0, 8, 1, 1});
}

TEST_CASE("kernels are in the order of ONNX") {
  using Net = Sequential<Input<4, 5, 3>, Conv2D<2, Window{2, 3}>, Flatten, Dense<7>>;
  const Model<Net> model{3};
  const auto file = tests::read_onnx(onnx_bytes(model));
  const auto& kernel = file.constants.at("conv2d_1.kernel");
  CHECK(kernel.type == 1);
  CHECK(kernel.dims == std::vector<Index>{2, 3, 2, 3});
  const auto ours = model.tensors()[0].values;  // [kh,kw,c,f]
  const auto theirs = kernel.floats();          // [f,c,kh,kw]
  REQUIRE(theirs.size() == ours.size());
  for (std::size_t f = 0; f < 2; ++f) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
          CHECK(theirs[((f * 3 + c) * 2 + i) * 3 + j] == ours[((i * 3 + j) * 3 + c) * 2 + f]);
        }
      }
    }
  }
  const auto& dense = file.constants.at("dense_1.kernel");
  CHECK(dense.dims == std::vector<Index>{40, 7});
  const auto weights = model.tensors()[2].values;
  CHECK(dense.floats() == std::vector<float>(weights.begin(), weights.end()));
}

TEST_CASE("an AnyModel and its type give the same file, which holds the metadata") {
  using Net = Sequential<Input<2, 2, 1>, Flatten, Dense<3>>;
  const Model<Net> model{3};
  AnyModel any{any_network<Net>()};
  for (std::size_t i = 0; i < 2; ++i) {
    std::ranges::copy(model.tensors()[i].values, any.tensors()[i].values.begin());
  }
  const OnnxOptions options{.metadata = {{"classes", "a, b, c"}, {"empty", ""}}};
  const std::string bytes = onnx_bytes(model, options);
  CHECK(bytes == onnx_bytes(any, options));
  CHECK(tests::read_onnx(bytes).metadata == options.metadata);

  const tests::TemporaryDirectory directory;
  export_onnx(any, directory / "model.onnx", options);
  CHECK(tests::read_file(directory / "model.onnx") == bytes);
  CHECK(tests::error_message([&] {
          export_onnx(any, directory / "no" / "model.onnx");
        }).starts_with("cannot write "));
}

TEST_CASE("metadata that is not UTF-8 is refused, and nothing is written") {
  const Model<Sequential<Input<3>, Dense<2>>> model{3};
  const tests::TemporaryDirectory directory;
  const auto path = directory / "model.onnx";
  const auto error = [&](const std::string& key, const std::string& value) {
    return tests::error_message([&] { export_onnx(model, path, {.metadata = {{key, value}}}); });
  };
  CHECK(error("author", "J\xf6rg") ==
        R"(ONNX: metadata "author": expected UTF-8, found the byte 0xf6 at position 1)");
  CHECK(error("\xff", "me") ==
        "ONNX: a key of the metadata: expected UTF-8, found the byte 0xff at position 0");
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(error("author", "J\u00f6rg").empty());
}

TEST_CASE("activations are operators, or several where operator set 13 has none") {
  const auto nodes = []<class L>(std::type_identity<L>) {
    const auto all = exported<Sequential<Input<3>, L>>().nodes;
    return Lines(all.begin(), all.end() - 1);
  };
  CHECK(nodes(std::type_identity<Sigmoid>{}) == Lines{"Sigmoid(input) -> sigmoid_1"});
  CHECK(nodes(std::type_identity<SiLU>{}) ==
        Lines{"Sigmoid(input) -> silu_1.step_1", "Mul(silu_1.step_1, input) -> silu_1"});
  CHECK(nodes(std::type_identity<Mish>{}) == Lines{"Softplus(input) -> mish_1.step_1",
                                                   "Tanh(mish_1.step_1) -> mish_1.step_2",
                                                   "Mul(mish_1.step_2, input) -> mish_1"});
  CHECK(nodes(std::type_identity<GELU>{}) == Lines{"Mul(input, scalar_1) -> gelu_1.step_1",
                                                   "Erf(gelu_1.step_1) -> gelu_1.step_2",
                                                   "Add(gelu_1.step_2, scalar_2) -> gelu_1.step_3",
                                                   "Mul(gelu_1.step_3, input) -> gelu_1.step_4",
                                                   "Mul(gelu_1.step_4, scalar_3) -> gelu_1"});
  CHECK(nodes(std::type_identity<Softmax>{}) == Lines{"Softmax(input) axis=1 -> softmax_1"});

  const auto clip = exported<Sequential<Input<2, 2, 3>, Clip<-1, 6>>>();
  CHECK(clip.nodes[1] == "Clip(input_nchw, scalar_1, scalar_2) -> clip_1");
  CHECK(clip.constants.at("scalar_1").dims.empty());
  CHECK(clip.constants.at("scalar_1").floats() == std::vector<float>{-1.0F});
  CHECK(clip.constants.at("scalar_2").floats() == std::vector<float>{6.0F});

  const auto prelu = exported<Sequential<Input<2, 2, 3>, PReLU<>>>();
  CHECK(prelu.nodes[1] == "PRelu(input_nchw, prelu_1.slope) -> prelu_1");
  CHECK(prelu.constants.at("prelu_1.slope").dims == std::vector<Index>{3, 1, 1});
}

TEST_CASE("normalisations of single samples are operators, or several") {
  const auto layer_norm = exported<Sequential<Input<4, 5, 6>, LayerNorm<>>>();
  CHECK(Lines(layer_norm.nodes.begin() + 1, layer_norm.nodes.end() - 2) ==
        Lines{"ReduceMean(input_nchw) axes=[1] -> layer_norm_1.step_1",
              "Sub(input_nchw, layer_norm_1.step_1) -> layer_norm_1.step_2",
              "Mul(layer_norm_1.step_2, layer_norm_1.step_2) -> layer_norm_1.step_3",
              "ReduceMean(layer_norm_1.step_3) axes=[1] -> layer_norm_1.step_4",
              "Add(layer_norm_1.step_4, scalar_1) -> layer_norm_1.step_5",
              "Sqrt(layer_norm_1.step_5) -> layer_norm_1.step_6",
              "Div(layer_norm_1.step_2, layer_norm_1.step_6) -> layer_norm_1.step_7",
              "Mul(layer_norm_1.step_7, layer_norm_1.scale) -> layer_norm_1.step_8",
              "Add(layer_norm_1.step_8, layer_norm_1.shift) -> layer_norm_1"});
  CHECK(layer_norm.constants.at("layer_norm_1.scale").dims == std::vector<Index>{6, 1, 1});
  CHECK(layer_norm.constants.at("scalar_1").floats() == std::vector<float>{1e-5F});

  const auto rms_norm = exported<Sequential<Input<6>, RMSNorm<>>>();
  CHECK(Lines(rms_norm.nodes.begin(), rms_norm.nodes.end() - 1) ==
        Lines{"Pow(input, scalar_1) -> rms_norm_1.step_1",
              "ReduceMean(rms_norm_1.step_1) axes=[1] -> rms_norm_1.step_2",
              "Add(rms_norm_1.step_2, scalar_2) -> rms_norm_1.step_3",
              "Sqrt(rms_norm_1.step_3) -> rms_norm_1.step_4",
              "Div(input, rms_norm_1.step_4) -> rms_norm_1.step_5",
              "Mul(rms_norm_1.step_5, rms_norm_1.scale) -> rms_norm_1"});
  CHECK(rms_norm.constants.at("rms_norm_1.scale").dims == std::vector<Index>{6});

  const auto group_norm = exported<Sequential<Input<4, 5, 6>, GroupNorm<2, NoShift{}>>>();
  CHECK(Lines(group_norm.nodes.begin() + 1, group_norm.nodes.end() - 2) ==
        Lines{"Reshape(input_nchw, group_norm_1.step_1.integers_1) -> group_norm_1.step_1",
              "InstanceNormalization(group_norm_1.step_1, group_norm_1.step_2.constant_1, "
              "group_norm_1.step_2.constant_2) epsilon=1e-05 -> group_norm_1.step_2",
              "Reshape(group_norm_1.step_2, group_norm_1.step_3.integers_1) -> group_norm_1.step_3",
              "Mul(group_norm_1.step_3, group_norm_1.scale) -> group_norm_1"});
  CHECK(group_norm.constants.at("group_norm_1.step_3.integers_1").dims == std::vector<Index>{4});
  CHECK(group_norm.constants.at("group_norm_1.step_2.constant_1").floats() ==
        std::vector<float>{1.0F, 1.0F});

  const auto instance_norm = exported<Sequential<Input<4, 5, 6>, InstanceNorm<Affine{}>>>();
  CHECK(instance_norm.nodes[1] ==
        "InstanceNormalization(input_nchw, instance_norm_1.scale, instance_norm_1.shift) "
        "epsilon=1e-05 -> instance_norm_1");
  CHECK(exported<Sequential<Input<4, 5, 6>, LocalResponseNorm<5>>>().nodes[1] ==
        "LRN(input_nchw) size=5 alpha=0.0001 beta=0.75 bias=1 -> local_response_norm_1");
}
