#include <tweed/io/model_file.hpp>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using tests::error_message;
using tests::read_file;
using tests::TemporaryDirectory;
using tweed::Index;
using tweed::load_model;
using tweed::save_model;

namespace {

template <class T>
struct NamedTensor {
  std::string name;
  std::vector<Index> dims;
  std::span<T> values;
};

/// A model as the model file sees it: tensors with names.
template <class T>
struct Model {
  struct Tensor {
    std::string name;
    std::vector<Index> dims;
    std::vector<T> values;
  };
  std::vector<Tensor> stored;

  std::vector<NamedTensor<T>> tensors() {
    std::vector<NamedTensor<T>> result;
    for (auto& [name, dims, values] : stored) result.push_back({name, dims, values});
    return result;
  }

  std::vector<NamedTensor<const T>> tensors() const {
    std::vector<NamedTensor<const T>> result;
    for (const auto& [name, dims, values] : stored) result.push_back({name, dims, values});
    return result;
  }

  std::vector<T> all_values() const {
    std::vector<T> result;
    for (const auto& tensor : stored) {
      result.insert(result.end(), tensor.values.begin(), tensor.values.end());
    }
    return result;
  }
};

/// Two layers; the values count up from `start`.
template <class T = float>
Model<T> two_layers(T start) {
  Model<T> model{{{"conv2d_1.kernel", {2, 2, 1, 3}, std::vector<T>(12)},
                  {"conv2d_1.bias", {3}, std::vector<T>(3)},
                  {"dense_1.kernel", {3, 4}, std::vector<T>(12)}}};
  for (auto& tensor : model.stored) {
    std::iota(tensor.values.begin(), tensor.values.end(), start);
    start += static_cast<T>(tensor.values.size());
  }
  return model;
}

}  // namespace

TEST_CASE_TEMPLATE("a model is loaded as it was saved", T, float, double) {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  auto saved = two_layers<T>(T(0.1));
  saved.stored[0].values[1] = std::numeric_limits<T>::denorm_min();
  saved.stored[0].values[2] = std::numeric_limits<T>::max();
  const Model<T>& const_model = saved;
  save_model(const_model, path, {.notes = {{"seed", "7"}}});

  auto loaded = two_layers<T>(1000);
  const auto info = load_model(loaded, path);
  CHECK(loaded.all_values() == saved.all_values());
  CHECK(info.notes == tweed::SafetensorsFile::Metadata{{"seed", "7"}});
  CHECK(tweed::read_safetensors(path).metadata() ==
        tweed::SafetensorsFile::Metadata{{"format", "tweed"},
                                         {"format_version", "2"},
                                         {"seed", "7"},
                                         {"tweed_version", std::string(tweed::version)}});
}

TEST_CASE("the same model gives the same bytes, in the model's order, whatever came before") {
  const TemporaryDirectory directory;
  const auto model = two_layers(1.f);
  save_model(model, directory / "first");
  save_model(model, directory / "second",
             {.notes = {{"format", "other"}, {"format_version", "9"}, {"class_names", "7"}}});
  const auto bytes = read_file(directory / "first");
  CHECK(bytes == read_file(directory / "second"));
  CHECK(bytes.find("conv2d_1.kernel") < bytes.find("conv2d_1.bias"));
  CHECK(bytes.find("conv2d_1.bias") < bytes.find("dense_1.kernel"));
}

TEST_CASE("a file that does not fit is refused, and the model is unchanged") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const auto file = path.string() + ": ";
  auto other = two_layers(1.f);
  std::string expected;

  SUBCASE("a tensor is missing") {
    other.stored.pop_back();
    expected = file + R"(tensor "dense_1.kernel": expected 3x4, found no such tensor)";
  }
  SUBCASE("a tensor has another name") {
    other.stored[1].name = "conv2d_1.offset";
    expected = file + R"(tensor "conv2d_1.bias": expected 3, found no such tensor)";
  }
  SUBCASE("there is one more tensor") {
    other.stored.push_back({"dense_2.kernel", {1}, {5.f}});
    expected = file + R"(tensor "dense_2.kernel": the model has none of that name)";
  }
  SUBCASE("another shape of the same size") {
    other.stored[2].dims = {4, 3};
    expected = file + R"(tensor "dense_1.kernel": expected shape 3x4, found 4x3)";
  }
  SUBCASE("another number of dimensions") {
    other.stored[2].dims = {12};
    expected = file + R"(tensor "dense_1.kernel": expected shape 3x4, found 12)";
  }
  save_model(other, path);

  auto model = two_layers(1000.f);
  const auto before = model.all_values();
  CHECK(error_message([&] { load_model(model, path); }) == expected);
  CHECK(model.all_values() == before);
}

TEST_CASE("what is left out stays as it was, whatever the file has") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  auto saved = two_layers(1.f);
  auto model = two_layers(1000.f);
  auto expected = model;
  expected.stored[0].values = saved.stored[0].values;
  expected.stored[1].values = saved.stored[1].values;

  SUBCASE("another shape") { saved.stored[2] = {"dense_1.kernel", {3, 2}, std::vector<float>(6)}; }
  SUBCASE("none") { saved.stored.pop_back(); }
  SUBCASE("others") { saved.stored[2].name = "dense_2.kernel"; }
  save_model(saved, path, {.class_names = {}, .notes = {{"seed", "7"}}});
  CHECK(load_model(model, path, {.except = {"dense_?.*"}}).notes.at("seed") == "7");
  CHECK(model.all_values() == expected.all_values());
}

TEST_CASE("what is not left out must fit, and what is must be there") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const auto file = path.string() + ": ";
  auto saved = two_layers(1.f);
  saved.stored[1].dims = {1, 3};
  save_model(saved, path);
  auto model = two_layers(1000.f);
  const auto refusal = [&](std::vector<std::string> except) {
    return error_message([&] { load_model(model, path, {.except = std::move(except)}); });
  };
  CHECK(refusal({"dense_1.*"}) == file + R"(tensor "conv2d_1.bias": expected shape 3, found 1x3)");
  CHECK(refusal({"conv2d_1.bias", "dense_2.*"}) ==
        file + R"(no tensor of the model or the file matches "dense_2.*"; the model has )" +
            "conv2d_1.kernel, conv2d_1.bias, dense_1.kernel");
  CHECK(refusal({"conv*", "*.kernel"}) ==
        file + "nothing is to be loaded, all tensors are left out");
  CHECK(model.all_values() == two_layers(1000.f).all_values());
  saved.stored.pop_back();
  save_model(saved, path);
  CHECK(refusal({"*.bias"}) ==
        file + R"(tensor "dense_1.kernel": expected 3x4, found no such tensor)");
}

TEST_CASE("a model of another type is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(two_layers<double>(1), path);
  auto model = two_layers(1000.f);
  CHECK(error_message([&] { load_model(model, path); }) ==
        path.string() + R"(: tensor "conv2d_1.kernel": expected values of type F32, found F64)");
  CHECK(model.all_values() == two_layers(1000.f).all_values());
}

TEST_CASE("a model whose values do not fill its shape is neither saved nor loaded") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  save_model(two_layers(1.f), path);
  const auto before = read_file(path);
  auto broken = two_layers(1.f);
  broken.stored[1].values.resize(2);
  CHECK(error_message([&] {
          load_model(broken, path);
        }).ends_with(R"(tensor "conv2d_1.bias": expected 8 bytes, found 12)"));
  CHECK_FALSE(error_message([&] { save_model(broken, path); }).empty());
  CHECK(read_file(path) == before);
}

TEST_CASE("the version of tweed's own files is checked, files of others have none") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  const auto saved = two_layers(1.f);
  const auto write = [&](const tweed::SafetensorsFile::Metadata& metadata) {
    std::vector<tweed::TensorView> views;
    for (const auto& tensor : saved.tensors()) {
      views.push_back({tensor.name, tensor.dims, "F32", std::as_bytes(tensor.values)});
    }
    tweed::write_safetensors(path, views, metadata);
  };
  auto model = two_layers(1000.f);
  const auto error = [&] { return error_message([&] { load_model(model, path); }); };

  write({{"format", "tweed"}, {"format_version", "4"}});
  CHECK(error() == path.string() + R"(: expected format_version "1", "2" or "3", found "4")");
  write({{"format", "tweed"}});
  CHECK(error() == path.string() + R"(: expected format_version "1", "2" or "3", found none)");
  CHECK(model.all_values() == two_layers(1000.f).all_values());

  write({{"format", "pt"}});
  CHECK(error().empty());
  CHECK(model.all_values() == saved.all_values());
  write({});
  CHECK(error().empty());
  write({{"format", "tweed"}, {"format_version", "1"}, {"preprocessing", "divided by 255"}});
  CHECK(error().empty());
}

TEST_CASE("a file that is missing or damaged leaves the model unchanged") {
  const TemporaryDirectory directory;
  const auto path = directory / "model.safetensors";
  auto model = two_layers(1000.f);
  CHECK(error_message([&] { load_model(model, path); }) ==
        "cannot read " + path.string() + ": no such file");
  save_model(two_layers(1.f), path);
  const auto bytes = read_file(path);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    tests::write_file(path, bytes.substr(0, length));
    CHECK_FALSE(error_message([&] { load_model(model, path); }).empty());
  }
  CHECK(model.all_values() == two_layers(1000.f).all_values());
}

TEST_CASE("a model may have no tensors") {
  const TemporaryDirectory directory;
  const Model<float> empty;
  save_model(empty, directory / "model");
  Model<float> loaded;
  CHECK(load_model(loaded, directory / "model").notes.empty());
}
