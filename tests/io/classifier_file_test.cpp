#include <tweed/io/classifier_file.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/temporary_directory.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

const ClassifiedData data{"bars", {4, 4, 1}, {"a", "b", "c"}};

AnyModel model_for(const Shape& input, Index classes) {
  return AnyModel(AnyNetwork(input, {Flatten{}, DenseLayer{classes}}), 3);
}

/// What is said of a model that was saved with some info; empty if it is taken.
std::string complaint(const AnyModel& model, const ModelInfo& info = {}) {
  const tests::TemporaryDirectory folder;
  const auto path = folder / "model";
  save_model(model, path, info);
  const std::string message = error_message([&] { load_classifier(path, data); });
  return message.empty() ? message : message.substr(path.string().size());
}

}  // namespace

TEST_CASE("classifier file: a model for the data, with the scale that its file says") {
  const AnyModel model = model_for(data.shape, 3);
  const tests::TemporaryDirectory folder;
  const Dataset<> samples{{4, 4, 1}, std::vector<std::uint8_t>(16, 100), {2}, {"a"}, {0.5F}};
  for (const double scale : {0.0, 0.25}) {
    ModelInfo info{.class_names = data.class_names};
    if (scale > 0.0) info.preprocessing = Preprocessing{scale};
    save_model(model, folder / "model", info);
    const Classifier found = load_classifier(folder / "model", data);
    CHECK(std::ranges::equal(found.model.parameters(), model.parameters()));
    CHECK(found.scale == (scale > 0.0 ? scale : 1.0 / 255.0));
    const auto scaled = found.scaled(samples);
    CHECK(scaled.images == std::vector<float>(16, 100.0F * static_cast<float>(found.scale)));
    CHECK(scaled.labels == samples.labels);
    CHECK(scaled.weights == samples.weights);
  }
  CHECK(complaint(model) == "");
}

TEST_CASE("classifier file: a model for other samples or classes is refused") {
  CHECK(complaint(model_for({4, 5, 1}, 3)) ==
        ": expected a network from 4x4x1 to 3, found one from 4x5x1 to 3");
  CHECK(complaint(model_for({4, 4, 1}, 2)) ==
        ": expected a network from 4x4x1 to 3, found one from 4x4x1 to 2");
  CHECK(complaint(model_for({4, 4, 1}, 3), {.class_names = {"a", "c", "b"}}) ==
        ": expected class 1 to be b, as in bars, found \"c\"");
}
