#include <tweed/io/any_model_file.hpp>
#include <tweed/io/model_file.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/layers.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::TemporaryDirectory;

namespace {

using Net = Sequential<Input<7, 5, 2>, Conv2D<3, Window{3, 2}, Stride{2, 1}, Padding::valid>, ReLU,
                       MaxPool<2, Padding::same>, Flatten, Dropout<0.25>, Dense<4>>;

constexpr const char* architecture =
    R"({"input":[7,5,2],"layers":[)"
    R"({"name":"conv2d_1","layer":"conv2d","filters":3,"kernel":[3,2],"stride":[2,1],)"
    R"("dilation":[1,1],"padding":"valid","algorithm":"automatic","groups":1},)"
    R"({"name":"relu_1","layer":"relu"},)"
    R"({"name":"max_pool_1","layer":"max_pool","window":[2,2],"stride":[2,2],"padding":"same"},)"
    R"({"name":"flatten_1","layer":"flatten"},)"
    R"({"name":"dropout_1","layer":"dropout","rate":0.25},)"
    R"({"name":"dense_1","layer":"dense","units":4}]})";

template <Index height, Index width>
using Pooled = Sequential<Input<height, width, 2>, Conv2D<3, 3>, ReLU, GlobalAveragePool, Dense<4>>;

/// A layer of somebody's own, which does not state its settings.
struct Halve {
  static constexpr std::string_view name = "halve";
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }
  template <class T>
  static void infer(const InferPass<T>& pass) {
    for (Index i = 0; i < pass.x.size(); ++i) pass.y.data[i] = pass.x.data[i] / 2;
  }
  template <class T>
  static void backward(const BackwardPass<T>&) {}
};

template <class M>
std::vector<float> values_of(const M& model) {
  const auto block = model.parameters();
  return {block.begin(), block.end()};
}

/// The file's content with another value at the place of one tensor.
void change_tensor(const std::filesystem::path& path, const std::string& name, float value) {
  const auto file = read_safetensors(path);
  std::vector<TensorView> views = file.tensors();
  const auto changed = std::ranges::find(views, name, &TensorView::name);
  REQUIRE(changed != views.end());
  const std::vector<float> values(changed->bytes.size() / sizeof(float), value);
  changed->bytes = std::as_bytes(std::span(values));
  write_safetensors(path, views, file.metadata());
}

}  // namespace

TEST_CASE("a model file tells the network, its classes and how its input is prepared") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const ModelInfo info{.preprocessing = Preprocessing{.scale = 1.0 / 255.0},
                       .class_names = {"a", "b", "\xc3\xa9", "\"d\""},
                       .notes = {{"seed", "7"}}};
  const Model<Net> saved{5};
  save_model(saved, path, info);

  const auto file = read_safetensors(path);
  CHECK(file.metadata().at("architecture") == architecture);
  CHECK(file.metadata().at("class_names") == "[\"a\",\"b\",\"\xc3\xa9\",\"\\\"d\\\"\"]");
  CHECK(file.metadata().at("preprocessing") == R"({"scale":0.00392156862745098})");
  CHECK(file.metadata().at("tweed_version") == version);
  CHECK(file.find("conv2d_1.kernel") != nullptr);
  REQUIRE(file.find("sample.input") != nullptr);
  CHECK(file.find("sample.input")->dims == std::vector<Index>{1, 7, 5, 2});
  CHECK(file.find("sample.output")->dims == std::vector<Index>{1, 4});

  Model<Net> loaded{6};
  const ModelInfo found = load_model(loaded, path);
  CHECK(values_of(loaded) == values_of(saved));
  REQUIRE(found.preprocessing);
  CHECK(found.preprocessing->scale == info.preprocessing->scale);
  CHECK(found.class_names == info.class_names);
  CHECK(found.notes == info.notes);
}

TEST_CASE("a network that makes something else of the sample is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{5}, path);
  const auto bytes = tests::read_file(path);
  const std::string message =
      path.string() + ": the network does not make of the stored sample what it should: output ";

  // The same tensors, but another network.
  using OtherPool =
      Sequential<Input<7, 5, 2>, Conv2D<3, Window{3, 2}, Stride{2, 1}, Padding::valid>, ReLU,
                 MaxPool<2, Stride{2}, Padding::same>, ReLU, Flatten, Dense<4>>;
  Model<OtherPool> same_function;
  CHECK(error_message([&] { load_model(same_function, path); }).empty());
  using NoReLU = Sequential<Input<7, 5, 2>, Conv2D<3, Window{3, 2}, Stride{2, 1}, Padding::valid>,
                            MaxPool<2, Padding::same>, Flatten, Dense<4>>;
  Model<NoReLU> other{8};
  const auto before = values_of(other);
  CHECK(error_message([&] { load_model(other, path); }).starts_with(message));
  CHECK(values_of(other) == before);

  // The right network, but other weights or another output than were saved.
  Model<Net> model{8};
  change_tensor(path, "dense_1.bias", 0.5F);
  CHECK(error_message([&] { load_model(model, path); }).starts_with(message));
  tests::write_file(path, bytes);
  change_tensor(path, "sample.output", std::numeric_limits<float>::quiet_NaN());
  CHECK(error_message([&] { load_model(model, path); }).starts_with(message + "0 is "));
  CHECK(values_of(model) == values_of(Model<Net>{8}));
}

TEST_CASE("a stored sample must be whole and of the network's shapes") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{5}, path);
  const auto file = read_safetensors(path);
  const auto write = [&](auto change) {
    std::vector<TensorView> views;
    for (TensorView view : file.tensors()) {
      if (change(view)) views.push_back(view);
    }
    write_safetensors(path, views, file.metadata());
  };
  Model<Net> model;
  const auto error = [&] { return error_message([&] { load_model(model, path); }); };

  write([](const TensorView& view) { return view.name != "sample.output"; });
  CHECK(error() == path.string() + ": expected both sample.input and sample.output, or neither");
  write([](TensorView& view) {
    if (view.name == "sample.input") view.dims = {1, 7, 2, 5};
    return true;
  });
  CHECK(error() ==
        path.string() + R"(: tensor "sample.input": expected F32 1x7x5x2, found F32 1x7x2x5)");
  write([](TensorView& view) {
    if (view.name == "sample.input") view.dims = {1, 5, 7, 2};
    return true;
  });
  CHECK(error() == path.string() +
                       ": the stored sample does not fit: network: layer 6 (dense) cannot take 9 "
                       "instead of 12: its kernel would be 9x4 instead of 12x4; a global pool "
                       "before it makes it fit any size");
  write([](const TensorView& view) { return !view.name.starts_with("sample."); });
  CHECK(error().empty());
}

TEST_CASE("the same layers behind an input of another size take the file") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Pooled<9, 7>> saved{5};
  save_model(saved, path);
  Model<Pooled<20, 1>> other{6};
  load_model(other, path);
  CHECK(values_of(other) == values_of(saved));

  // With the file's sample at the file's size: what computes something else is found there, too.
  using Doubled = Sequential<Input<20, 20, 2>, Conv2D<3, 3>, GlobalMaxPool, Dense<4>>;
  Model<Doubled> wrong{6};
  CHECK(error_message([&] {
          load_model(wrong, path);
        }).starts_with(path.string() + ": the network does not make of the stored sample"));
  using TooSmall =
      Sequential<Input<20, 20, 2>, Conv2D<3, 3>, ReLU, MaxPool<8>, GlobalAveragePool, Dense<4>>;
  Model<TooSmall> small{6};
  CHECK(error_message([&] { load_model(small, path); }) ==
        path.string() +
            ": the stored sample does not fit: network: layer 3 (max_pool) cannot take 9x7x3: "
            "window is larger than the input shrink it or use Padding same");

  auto [any, info] = load_any_model(path);
  const AnyModel resized = any.resized({20, 1, 2});
  save_model(resized, path);
  load_model(other, path);
  CHECK(values_of(other) == values_of(saved));
}

TEST_CASE("a diverged model is saved and loaded like any other") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  Model<Net> saved{5};
  saved.tensors()[0].values[0] = std::numeric_limits<float>::quiet_NaN();
  saved.tensors()[3].values[1] = std::numeric_limits<float>::infinity();
  save_model(saved, path);
  Model<Net> loaded;
  CHECK(error_message([&] { load_model(loaded, path); }).empty());
  CHECK(std::isnan(loaded.tensors()[0].values[0]));
}

TEST_CASE("a layer without settings is saved without the architecture") {
  using Own = Sequential<Input<3>, Halve, Dense<2>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Own> saved{1};
  save_model(saved, path);
  CHECK_FALSE(read_safetensors(path).metadata().contains("architecture"));
  Model<Own> loaded{2};
  load_model(loaded, path);
  CHECK(values_of(loaded) == values_of(saved));
  Model<Sequential<Input<3>, Dense<2>>> without;
  CHECK_FALSE(error_message([&] { load_model(without, path); }).empty());
}

TEST_CASE("a model of doubles keeps its sample in doubles") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net, double>{5}, path);
  CHECK(read_safetensors(path).find("sample.output")->dtype == "F64");
  Model<Net, double> loaded;
  CHECK(error_message([&] { load_model(loaded, path); }).empty());
}

TEST_CASE("of a network that puts out images, each channel has a class name") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Sequential<Input<4, 4, 1>, Conv2D<3, 1>>> model{1};
  save_model(model, path, {.class_names = {"sky", "land", "sea"}});
  CHECK(load_any_model(path).info.class_names.size() == 3);
  CHECK(error_message([&] { save_model(model, path, {.class_names = {"sky"}}); }) ==
        "cannot write " + path.string() +
            ": expected 3 class names, one for each channel of the output, found 1");
}

TEST_CASE("there are as many class names as outputs, or none") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Net> model;
  CHECK(error_message([&] {
          save_model(model, path, {.class_names = {"a", "b"}});
        }) ==
        "cannot write " + path.string() + ": expected 4 class names, one for each output, found 2");
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(error_message([&] {
          save_model(model, path, {.class_names = {"a", "b", "c", "\xff"}});
        }) == "cannot write " + path.string() +
                  ": a class name: expected UTF-8, found the byte 0xff at position 0");
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a scale that leaves nothing of the values is not written") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Net> model;
  const auto error = [&](double scale) {
    return error_message(
        [&] { save_model(model, path, {.preprocessing = Preprocessing{.scale = scale}}); });
  };
  const std::string start = "cannot write " + path.string() +
                            ": preprocessing: expected a scale that is finite and not 0";
  CHECK(error(std::numeric_limits<double>::quiet_NaN()).starts_with(start));
  CHECK(error(-std::numeric_limits<double>::infinity()) == start + ", found -inf");
  CHECK(error(0.0) == start + ", found 0.000000");
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(error(-1e-300).empty());
  Model<Net> loaded;
  CHECK(load_model(loaded, path).preprocessing->scale == -1e-300);
}

TEST_CASE("metadata that cannot be read is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(Model<Net>{5}, path);
  const auto file = read_safetensors(path);
  Model<Net> model;
  const auto error = [&](const std::string& key, const std::string& text) {
    auto metadata = file.metadata();
    metadata[key] = text;
    write_safetensors(path, file.tensors(), metadata);
    const std::string message = error_message([&] { load_model(model, path); });
    const std::string start = path.string() + ": metadata \"" + key + "\": ";
    CHECK(message.starts_with(start));
    return message.substr(std::min(start.size(), message.size()));
  };
  CHECK(error("class_names", "[1, 2]") == "expected a list of texts, found [1,2]");
  CHECK(error("class_names", "a, b") == "at byte 1: this is not valid JSON");
  CHECK(error("preprocessing", "{}") == R"(expected {"scale": number}, found {})");
  CHECK(error("preprocessing", R"({"scale": 1, "mean": 2})") ==
        R"(expected {"scale": number}, found {"mean":2,"scale":1})");
  CHECK(error("preprocessing", R"({"scale": 1, "scale": 2})") == R"(found the key "scale" twice)");
  CHECK(error("preprocessing", R"({"scale": 1e999})") == "a number is too large");
  CHECK(error("preprocessing", R"({"scale": 0})") ==
        R"(expected {"scale": number}, found {"scale":0})");
  CHECK(error("class_names", std::string(500'000, '[')) == "the JSON is nested too deeply");
  CHECK(error("class_names", "[\"" + std::string(2'000'000, 'a') + "\"]") ==
        "expected at most 1048576 bytes of JSON, found 2000004");
}

TEST_CASE("a network with another head and other images takes the weights of the other layers") {
  using Convolutions = Path<Conv2D<3, 3>, ReLU, GlobalAveragePool>;
  using Old = Sequential<Input<7, 5, 2>, Convolutions, Dense<4>>;
  using New = Sequential<Input<9, 8, 2>, Convolutions, Dense<3>>;
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const Model<Old> old{5};
  save_model(old, path, {.class_names = {"a", "b", "c", "d"}});

  Model<New> model{6};
  CHECK(error_message([&] { load_model(model, path); }) ==
        path.string() + ": expected 3 class names, one for each output, found 4");
  const std::vector<float> fresh = values_of(Model<New>{6});
  CHECK(load_model(model, path, {.except = {"dense_1.*"}}).class_names.size() == 4);
  const auto tensors = model.tensors();
  CHECK(std::ranges::equal(tensors[0].values, old.tensors()[0].values));
  CHECK(std::ranges::equal(tensors[1].values, old.tensors()[1].values));
  const std::vector<float> found = values_of(model);
  const auto head = model.layout().tensors()[2].offset;
  CHECK(std::equal(found.begin() + head, found.end(), fresh.begin() + head, fresh.end()));
}
