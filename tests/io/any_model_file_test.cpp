#include <tweed/io/any_model_file.hpp>
#include <tweed/model/predict.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::TemporaryDirectory;

namespace {

using Net =
    Sequential<Input<9, 8, 3>,
               Conv2D<4, Window{3, 5}, Stride{2, 1}, Padding::valid, Initializer::he_normal,
                      Algorithm::indirect>,
               ReLU, MaxPool<3, Stride{1}, Padding::same>, Dropout<0.125>, Flatten, Dense<6>>;

/// A copy of the file with other metadata, and what loading it says.
std::string error_with(const std::filesystem::path& path, const std::string& key,
                       const std::string& text) {
  const auto file = read_safetensors(path);
  auto metadata = file.metadata();
  metadata[key] = text;
  const auto copy = path.string() + ".copy";
  write_safetensors(copy, file.tensors(), metadata);
  std::string message = error_message([&] { load_any_model(copy); });
  const std::string start = copy + ": ";
  CHECK(message.starts_with(start));
  return message.substr(std::min(start.size(), message.size()));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a file is loaded without knowing its type, and saved again as it was") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Net> saved{4};
  save_model(saved, path,
             {.preprocessing = Preprocessing{.scale = 0.5},
              .class_names = {"a", "b", "c", "d", "e", "f"},
              .notes = {{"training", "none"}}});
  const auto [model, info] = load_any_model(path);
  CHECK(info.class_names.size() == 6);
  REQUIRE(info.preprocessing);
  CHECK(info.preprocessing->scale == 0.5);
  CHECK(info.notes.at("training") == "none");

  const auto x = tests::numbers<float>(3 * Net::input.size(), 11);
  const Batch<const float> batch{x.data(), 3, Net::input};
  CHECK(predict_logits(model, batch) == predict_logits(saved, batch));

  save_model(model, directory / "again", info);
  CHECK(tests::read_file(directory / "again") == tests::read_file(path));
}

TEST_CASE("a file tells the zeros on each side") {
  using Padded = Sequential<Input<8, 9, 2>, Conv2D<3, 3, Stride{2}, Padding{1}>,
                            MaxPool<3, Stride{1}, Padding{1, 0, 0, 1}>,
                            DepthwiseConv2D<2, Padding{0, 1, 1, 0}>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Padded> saved{4};
  save_model(saved, path);
  const std::string text = read_safetensors(path).metadata().at("architecture");
  for (const char* padding : {"[1,1,1,1]", "[1,0,0,1]", "[0,1,1,0]"}) {
    CHECK(text.find(std::string(R"("padding":)") + padding) != text.npos);
  }
  const auto model = load_any_model(path).model;
  const auto x = tests::numbers<float>(2 * Padded::input.size(), 11);
  const Batch<const float> batch{x.data(), 2, Padded::input};
  CHECK(predict_logits(model, batch) == predict_logits(saved, batch));

  for (const auto& [found, message] : std::vector<std::pair<std::string, std::string>>{
           {"[1,0,0,-1]",
            "layer \"max_pool_1\": the setting \"padding\" is [1,0,0,-1], which AnyModel cannot "
            "take"},
           {"[1,0,1]",
            "layer \"max_pool_1\": the setting \"padding\" is [1,0,1], which AnyModel cannot take"},
           {"[1,0,0,2]",
            "network: layer 2 (max_pool) cannot take 4x5x3: its padding must be at least 0 and at "
            "most half of the window"}}) {
    CHECK(error_with(path, "architecture", replaced(text, "[1,0,0,1]", found)) ==
          "metadata \"architecture\": " + message);
  }
}

TEST_CASE("a file that does not state its network is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{4}, path);
  const auto file = read_safetensors(path);
  const std::string expected =
      path.string() +
      ": the file does not say which network it holds; load it into a Model of its type";
  auto metadata = file.metadata();
  metadata.erase("architecture");
  write_safetensors(path, file.tensors(), metadata);
  CHECK(error_message([&] { load_any_model(path); }) == expected);
  write_safetensors(path, file.tensors(), {{"architecture", file.metadata().at("architecture")}});
  CHECK(error_message([&] { load_any_model(path); }) == expected);
}

TEST_CASE("unknown layers and settings, and values that make no sense, are named") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{4}, path);
  const std::string text = read_safetensors(path).metadata().at("architecture");
  const auto error = [&](const std::string& from, const std::string& to) {
    const std::string message = error_with(path, "architecture", replaced(text, from, to));
    const std::string start = "metadata \"architecture\": ";
    CHECK(message.starts_with(start));
    return message.substr(std::min(start.size(), message.size()));
  };
  CHECK(error(R"("layer":"relu")", R"("layer":"swoosh")") ==
        R"(layer "relu_1" is of the type "swoosh", which AnyModel does not know)");
  CHECK(error(R"("units":6)", R"("units":6,"biases":false)") ==
        R"(layer "dense_1" has the setting "biases", which AnyModel does not know)");
  CHECK(error(R"("units":6)", R"("units":6,"bias":1)") ==
        R"(layer "dense_1": the setting "bias" is 1, which AnyModel cannot take)");
  CHECK(error(R"("padding":"valid")", R"("padding":"full")") ==
        R"(layer "conv2d_1": the setting "padding" is "full", which AnyModel cannot take)");
  CHECK(error(R"("algorithm":"indirect")", R"("algorithm":3)") ==
        R"(layer "conv2d_1": the setting "algorithm" is 3, which AnyModel cannot take)");
  CHECK(error(R"("kernel":[3,5])", R"("kernel":[3,-5])") ==
        R"(layer "conv2d_1": the setting "kernel" is [3,-5], which AnyModel cannot take)");
  CHECK(error(R"("kernel":[3,5])", R"("kernel":[3])") ==
        R"(layer "conv2d_1": the setting "kernel" is [3], which AnyModel cannot take)");
  CHECK(error(R"("filters":4)", R"("filters":4e18)") ==
        R"(layer "conv2d_1": the setting "filters" is 4e+18, which AnyModel cannot take)");
  CHECK(error(R"("filters":4)", R"("filters":9999999999)") ==
        R"(layer "conv2d_1": the setting "filters" is 9999999999, which AnyModel cannot take)");
  CHECK(error(R"("filters":4,)", "") ==
        "network: layer 1 (conv2d) cannot take 9x8x3: its settings must all be positive");
  CHECK(error(R"("name":"relu_1")", R"("name":"relu_2")") ==
        R"(expected a layer with the name "relu_1", found "relu_2")");
  CHECK(error(R"("name":"relu_1",)", "") ==
        R"(expected a layer with a name, a type (layer) and its settings, found {"layer":"relu"})");
  CHECK(error(R"({"name":"relu_1","layer":"relu"})", "7") ==
        "expected a layer with a name, a type (layer) and its settings, found 7");
  CHECK(error(R"("input":[9,8,3])", R"("input":[9,8])") ==
        "expected an input of [height, width, channels], found [9,8]");
  CHECK(
      error(R"("input":[9,8,3])", R"("image":[9,8,3])")
          .starts_with(R"(expected {"input": [height, width, channels], "layers": [...]}, found)"));
  CHECK(error(R"("input":[9,8,3])", R"("inputs":[9,8,3])") ==
        "expected an input of [height, width, channels], found 9");
  CHECK(error(R"("input":[9,8,3])", R"("inputs":[[9,8,3]])") ==
        "expected several inputs of [height, width, channels], found [[9,8,3]]");
  CHECK(error(R"("layer":"relu")", R"("layer":"relu","inputs":["conv2d_2"])") ==
        R"(layer "relu_1" reads "conv2d_2", which stands nowhere before)");
  CHECK(error(R"("layer":"relu")", R"("layer":"relu","inputs":["input"])") ==
        "network: nobody reads what layer 1 (conv2d) makes; make it an output or leave the layer "
        "out");
  CHECK(error(R"("layer":"relu")", R"("layer":"relu","inputs":"input")") ==
        R"(expected a list of names as inputs, found "input")");
  CHECK(error(R"("layer":"relu")", R"("layer":"relu","recompute":"yes")") ==
        R"(expected a number for recompute, found "yes")");
  CHECK(error(R"("input":[9,8,3])", R"("input":[2,8,3])") ==
        "network: layer 1 (conv2d) cannot take 2x8x3: kernel is larger than the input shrink it or "
        "use Padding same");
  CHECK(error(R"("rate":0.125)", R"("rate":null)") ==
        R"(layer "dropout_1": the setting "rate" is null, which AnyModel cannot take)");
}

TEST_CASE("an architecture that the tensors do not fit is refused before memory is taken for it") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{4}, path);
  const std::string text = read_safetensors(path).metadata().at("architecture");
  CHECK(error_with(path, "architecture", replaced(text, "\"units\":6", "\"units\":100000000")) ==
        R"(metadata "architecture": the network has 6500000184 weights, the file has 3184 bytes )"
        "for them");
  CHECK(error_with(path, "architecture", replaced(text, "\"units\":6", "\"units\":5")) ==
        R"(tensor "dense_1.kernel": expected shape 64x5, found 64x6)");
}

TEST_CASE("an algorithm that is no more leaves the choice to this version") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{4}, path);
  const auto file = read_safetensors(path);
  auto metadata = file.metadata();
  metadata["architecture"] = replaced(metadata["architecture"], "indirect", "abacus");
  write_safetensors(path, file.tensors(), metadata);
  const auto loaded = load_any_model(path);
  CHECK(architecture_of(loaded.model)->find(R"("algorithm":"automatic")") != std::string::npos);
}

TEST_CASE("a setting that the file does not have keeps its default") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  using Plain = Sequential<Input<6, 6, 2>, Conv2D<3, 3>>;
  save_model(Model<Plain>{4}, path);
  const auto file = read_safetensors(path);
  auto metadata = file.metadata();
  const auto both = metadata.at("architecture");
  metadata["architecture"] = replaced(
      both,
      R"(,"stride":[1,1],"dilation":[1,1],"padding":"same","algorithm":"automatic","groups":1)",
      "");
  write_safetensors(path, file.tensors(), metadata);
  const auto loaded = load_any_model(path);
  save_model(loaded.model, path);
  CHECK(read_safetensors(path).metadata().at("architecture") == both);
}

TEST_CASE("a file tells the settings of activations") {
  using Activated =
      Sequential<Input<5, 4, 3>, Clip<-2, 1.5>, ELU<0.25>, LeakyReLU<0.125>, HardSigmoid<0.2>, GELU,
                 GELUTanh, HardSwish, Mish, ReLU6, SELU, Sigmoid, SiLU, Softplus, Tanh, PReLU<>,
                 PReLU<SharedSlope{}>, Softmax, Flatten, Dense<2>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Activated> saved{4};
  save_model(saved, path);
  const std::string text = read_safetensors(path).metadata().at("architecture");
  for (const char* layer :
       {R"({"name":"clip_1","layer":"clip","lowest":-2.0,"highest":1.5})",
        R"({"name":"elu_1","layer":"elu","alpha":0.25})",
        R"({"name":"leaky_relu_1","layer":"leaky_relu","negative_slope":0.125})",
        R"({"name":"hard_sigmoid_1","layer":"hard_sigmoid","slope":0.2,"offset":0.5})",
        R"({"name":"gelu_tanh_1","layer":"gelu_tanh"})", R"({"name":"silu_1","layer":"silu"})",
        R"({"name":"prelu_2","layer":"prelu","shares_slope":true})",
        R"({"name":"softmax_1","layer":"softmax"})"}) {
    CAPTURE(layer);
    CHECK(text.find(layer) != text.npos);
  }
  const auto model = load_any_model(path).model;
  const auto x = tests::numbers<float>(2 * Activated::input.size(), 11);
  const Batch<const float> batch{x.data(), 2, Activated::input};
  CHECK(predict_logits(model, batch) == predict_logits(saved, batch));
  CHECK(error_with(path, "architecture",
                   replaced(text, R"("negative_slope":0.125)", R"("negative_slope":-1)")) ==
        "metadata \"architecture\": network: layer 3 (leaky_relu) cannot take 5x4x3: its negative "
        "slope must not be below 0");
}

TEST_CASE("a file tells the settings of normalisations") {
  using Normalized = Sequential<Input<5, 4, 6>, LayerNorm<Epsilon{0.25}, NoShift{}>,
                                GroupNorm<3, NoScale{}>, InstanceNorm<>, InstanceNorm<Affine{}>,
                                LocalResponseNorm<3, 0.5, 1.5, 2>, Flatten, RMSNorm<>, Dense<2>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Normalized> saved{4};
  save_model(saved, path);
  const std::string text = read_safetensors(path).metadata().at("architecture");
  for (
      const char* layer :
      {R"({"name":"layer_norm_1","layer":"layer_norm","epsilon":0.25,"has_scale":true,"has_shift":false})",
       R"("layer":"group_norm","groups":3,"epsilon":1e-05,"has_scale":false,"has_shift":true})",
       R"({"name":"instance_norm_2","layer":"instance_norm","epsilon":1e-05,"is_affine":true})",
       R"("layer":"local_response_norm","size":3,"alpha":0.5,"beta":1.5,"k":2.0})",
       R"({"name":"rms_norm_1","layer":"rms_norm","epsilon":1e-06,"has_scale":true})"}) {
    CAPTURE(layer);
    CHECK(text.find(layer) != text.npos);
  }
  const auto model = load_any_model(path).model;
  const auto x = tests::numbers<float>(2 * Normalized::input.size(), 11);
  const Batch<const float> batch{x.data(), 2, Normalized::input};
  CHECK(predict_logits(model, batch) == predict_logits(saved, batch));
  CHECK(error_with(path, "architecture", replaced(text, R"("groups":3)", R"("groups":4)")) ==
        "metadata \"architecture\": network: layer 2 (group_norm) cannot take 5x4x6: its groups "
        "must be positive and divide the channels");
  CHECK(error_with(path, "architecture", replaced(text, R"("size":3)", R"("size":4)")) ==
        "metadata \"architecture\": network: layer 5 (local_response_norm) cannot take 5x4x6: its "
        "size must be odd and positive");
}

TEST_CASE("a file tells the settings of transposed convolutions, and what is not learnt") {
  using Larger = Sequential<
      Input<3, 4, 2>,
      ConvTranspose2D<4, 3, Stride{2}, Padding{1}, OutputPadding{1, 0}, Groups{2}, NoBias{}>,
      BatchNorm<NoScale{}>, ConvTranspose2D<3, 2, Dilation{2}>, BatchNorm<>, Flatten, Dense<2>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Larger> saved{4};
  save_model(saved, path);
  const auto file = read_safetensors(path);
  CHECK(file.find("batch_norm_1.scale") == nullptr);
  const std::string text = file.metadata().at("architecture");
  for (
      const char* layer :
      {R"({"name":"conv_transpose2d_1","layer":"conv_transpose2d","filters":4,"kernel":[3,3],)"
       R"("stride":[2,2],"dilation":[1,1],"padding":[1,1,1,1],"output_padding":[1,0],"groups":2,)"
       R"("bias":false})",
       R"("dilation":[2,2],"padding":"same","output_padding":[0,0],"groups":1,"bias":true})",
       R"({"name":"batch_norm_1","layer":"batch_norm","momentum":0.9,"epsilon":1e-05,"has_scale":false})",
       R"({"name":"batch_norm_2","layer":"batch_norm","momentum":0.9,"epsilon":1e-05})"}) {
    CAPTURE(layer);
    CHECK(text.find(layer) != text.npos);
  }
  const auto model = load_any_model(path).model;
  const auto x = tests::numbers<float>(2 * Larger::input.size(), 11);
  const Batch<const float> batch{x.data(), 2, Larger::input};
  CHECK(predict_logits(model, batch) == predict_logits(saved, batch));
  CHECK(error_with(path, "architecture",
                   replaced(text, R"("output_padding":[1,0])", R"("output_padding":[2,0])")) ==
        "metadata \"architecture\": network: layer 1 (conv_transpose2d) cannot take 3x4x2: its "
        "output padding must not be negative and be smaller than the stride");
}
