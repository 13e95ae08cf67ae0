/// What the scripts in this folder let tweed do:
///
///     tool train MODEL [STEPS]      trains the reference network and saves it
///     tool logits MODEL FILE        its outputs for the 10,000 test images, as raw floats [n,10]
///     tool load MODEL               loads it, which replays its sample
///     tool onnx MODEL FILE          exports it
///     tool examples FOLDER          small networks of all layers: MODEL.safetensors, MODEL.onnx
///
/// MODEL is a file of any network, but the reference network for `train`.

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/io/any_model_file.hpp>
#include <tweed/io/onnx.hpp>
#include <tweed/networks/mobilenet_v3.hpp>
#include <tweed/tweed.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

using namespace tweed;

namespace {

// clang-format off
using FashionCnn = Sequential<Input<28, 28, 1>,
    Conv2D<32, 5>, ReLU, MaxPool<2>,
    Conv2D<64, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Conv2D<128, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Flatten, Dense<1024>, ReLU, Dropout<0.4>,
    Dense<10>>;
// clang-format on

using Arguments = std::span<const std::string>;

void train(Arguments arguments) {
  const Index steps = arguments.size() > 1 ? std::stoi(arguments[1]) : 100;
  const auto [images, test] = datasets::fashion_mnist();
  Model<FashionCnn> model{0};
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 1e-3}, images, {.batch_size = 100, .steps = steps});
  save_model(
      model, arguments[0],
      {.preprocessing = Preprocessing{.scale = 1.0 / 255.0}, .class_names = test.class_names});
}

void logits(Arguments arguments) {
  const auto [model, info] = load_any_model(arguments[0]);
  const auto outputs = predict_logits(model, datasets::fashion_mnist().test);
  write_file_atomically(arguments[1], std::as_bytes(std::span(outputs)));
}

void load(Arguments arguments) { load_any_model(arguments[0]); }

void onnx(Arguments arguments) {
  export_onnx(load_any_model(arguments[0]).model, arguments[1],
              {.softmax = arguments.size() > 2 && arguments[2] == "softmax"});
}

template <class Net>
void example(const std::filesystem::path& folder, const char* name) {
  Model<Net> model{7};
  for (const auto& tensor : model.tensors()) {  // which are 1 or 0 everywhere at first
    if (tensor.name.ends_with(".kernel") || tensor.name.ends_with(".bias")) continue;
    const bool is_variance = tensor.name.ends_with(".variance");
    float value = 0.75F;
    for (float& element : tensor.values) {
      value = std::abs(value) < 0.3F ? 0.75F : value * -0.9F;
      element = is_variance ? 1.0F + value : value;
    }
  }
  save_model(model, folder / (std::string(name) + ".safetensors"));
  export_onnx(model, folder / (std::string(name) + ".onnx"), {.metadata = {{"name", name}}});
}

void examples(Arguments arguments) {
  const std::filesystem::path folder = arguments[0];
  example<Sequential<Input<7>, Dense<5>, ReLU, Dropout<0.5>, Dense<3>>>(folder, "vectors");
  example<Sequential<Input<9, 12, 3>, Conv2D<5, Window{2, 4}, Stride{2, 3}>, ReLU>>(folder,
                                                                                    "image_out");
  example<Sequential<Input<11, 10, 2>, MaxPool<3, Stride{2}, Padding::same>,
                     Conv2D<4, 3, Padding::valid>, MaxPool<Window{2, 1}>, Flatten, ReLU, Dense<6>>>(
      folder, "pools");
  example<Sequential<Input<8>, Conv2D<3, 1>, MaxPool<1>, Dense<2>>>(folder, "one_pixel");
  example<Sequential<Input<4, 6, 1>, Conv2D<3, Window{4, 6}, Padding::valid>>>(folder,
                                                                               "to_one_pixel");
  example<Sequential<Input<9, 10, 6>, DepthwiseConv2D<3, Multiplier{2}, Stride{2}>,
                     Conv2D<8, 3, Groups{4}, Dilation{2, 1}>, ReLU, Conv2D<5, 2, Padding::valid>>>(
      folder, "groups");
  example<Sequential<Input<7, 9, 3>, DepthwiseConv2D<3, Multiplier{2}>, ReLU, Conv2D<4, 1>>>(
      folder, "depthwise");
  example<Sequential<Input<10, 10, 2>, Conv2D<4, 3, Padding::valid>, MaxPool<Window{2, 1}>, Flatten,
                     ReLU, Dense<6>>>(folder, "valid_pools");
  example<Sequential<Input<11, 10, 2>, Conv2D<4, 3, Stride{2}, Padding{1}>,
                     MaxPool<3, Stride{1}, Padding{1, 0, 0, 1}>>>(folder, "padded");
  example<Sequential<Input<8, 9, 2>, MaxPool<3, Stride{2}, CeilMode{}>, Conv2D<3, 3>>>(folder,
                                                                                       "ceiled");
  example<Sequential<Input<14, 12, 2>, MaxPool<3, Stride{2}, CeilMode{}>,
                     AveragePool<3, Stride{2}, Padding{1}, CountPadding{}, CeilMode{}>,
                     AveragePool<2, CeilMode{}>>>(folder, "shapes_pools");
  example<Sequential<Input<7, 5, 3>, GlobalMaxPool>>(folder, "shapes_global");
  example<Sequential<Input<5, 7, 6>, ZeroPad<Padding{1, 0, 2, 1}>, Crop<Padding{0, 1, 1, 1}>,
                     Concat<ChannelSlice<0, 4>, ChannelSlice<2, 4>>, ChannelShuffle<2>,
                     PixelShuffle<2>, Reshape<5, 8, 8>, LayerScale<0.5>>>(folder, "shapes_images");
  example<Sequential<Input<24>, ChannelSlice<4, 18>, ChannelShuffle<3>, LayerScale<0.5>,
                     Reshape<3, 2, 3>, Crop<Padding{1, 0, 0, 0}>, Reshape<12>>>(folder,
                                                                                "shapes_vectors");
  example<Sequential<Input<3, 5, 2>, Upsample<2, Interpolation::bilinear>,
                     Upsample<Window{1, 3}, Interpolation::bilinear, AlignCorners{}>, Upsample<2>,
                     DropPath<0.5>, SpatialDropout<0.5>>>(folder, "shapes_upsampled");
  example<Sequential<
      Input<4, 5, 6>, ConvTranspose2D<9, 3, Stride{2}, Padding{1}, OutputPadding{1}, Groups{3}>,
      BatchNorm<NoShift{}>, ReLU, ConvTranspose2D<4, 2, Stride{3}, NoBias{}>, BatchNorm<NoScale{}>,
      ConvTranspose2D<3, Window{4, 3}, Stride{2, 1}, Dilation{1, 2}>,
      BatchNorm<NoScale{}, NoShift{}>>>(folder, "transposes");
  example<Sequential<Input<4, 5, 6>,
                     ConvTranspose2D<9, 3, Stride{2}, Padding{1}, OutputPadding{1}, Groups{3}>,
                     ReLU, ConvTranspose2D<4, 2, Stride{3}, Padding::valid, NoBias{}>,
                     Conv2D<3, 2, Padding::valid>>>(folder, "transposed");
  example<Sequential<Input<5, 4, 3>, ConvTranspose2D<6, 3, Stride{2}>, ReLU,
                     ConvTranspose2D<2, Window{4, 2}, Stride{3, 1}, Padding::valid, NoBias{}>,
                     ConvTranspose2D<4, 1, Stride{1, 2}>>>(folder, "transposed_same");
  example<Sequential<Input<3, 3, 2>, Flatten>>(folder, "flatten");
  example<Sequential<Input<9, 7, 4>, Conv2D<6, 3, NoBias{}>, DepthwiseConv2D<3, NoBias{}>, ReLU,
                     Conv2D<2, 1>, Flatten, Dense<3, NoBias{}>>>(folder, "without_bias");
  example<Sequential<Input<6, 6, 2>, Residual<Conv2D<2, 3>>>>(folder, "branches");
  example<Sequential<Input<6, 5, 2>, Conv2D<4, 3, NoBias{}>, BatchNorm<>, Tanh, AveragePool<2>,
                     Flatten, BatchNorm<>, Dense<5>>>(folder, "batch_normalized");
  example<networks::MobileNetV3Small<Input<32, 32, 3>, 10>>(folder, "mobilenet_v3_small");
  example<
      Sequential<Input<7, 5, 6>, Conv2D<8, 3>, GroupNorm<4>, LayerNorm<>, InstanceNorm<Affine{}>>>(
      folder, "normalized");
  example<Sequential<Input<3, 5, 6>, RMSNorm<>, LocalResponseNorm<5, 0.5>, InstanceNorm<>,
                     GroupNorm<2, NoShift{}>, LayerNorm<NoScale{}, Epsilon{0.1}>>>(
      folder, "normalized_options");
  example<Sequential<Input<9>, LayerNorm<>, Dense<12>, GroupNorm<3>, RMSNorm<>, Dense<4>,
                     LocalResponseNorm<3>>>(folder, "normalized_vectors");
}

}  // namespace

int main(int argc, char** argv) try {
  struct Command {
    void (*run)(Arguments);
    std::size_t least;
  };
  const std::map<std::string, Command> commands{{"train", {train, 1}},
                                                {"logits", {logits, 2}},
                                                {"load", {load, 1}},
                                                {"onnx", {onnx, 2}},
                                                {"examples", {examples, 1}}};
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto command = arguments.empty() ? commands.end() : commands.find(arguments[0]);
  if (command == commands.end() || arguments.size() <= command->second.least) {
    throw Error("expected a command and its files, see the top of tool.cpp");
  }
  command->second.run(std::span(arguments).subspan(1));
} catch (const Error& error) {
  std::fprintf(stderr, "tool: %s\n", error.what());
  return 1;
}
