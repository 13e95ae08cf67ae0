#include <tweed/metrics/confusion_matrix.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>
#include <support/allocations.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<6, 8, 1>, Conv2D<6, 3>, ReLU, Conv2D<3, 3>>;

/// Images of noise with a dark and a light half; the border between them is class 2, and the first
/// pixel of each image has the label `first`.
SegmentationDataset<> halves(Index count, Label first = 0) {
  SegmentationDataset<> data;
  data.shape = {6, 8, 1};
  for (Index i = 0; i < count; ++i) {
    for (Index pixel = 0; pixel < 48; ++pixel) {
      const Index column = pixel % 8;
      const Index border = 2 + i % 4;
      const auto at = static_cast<std::uint64_t>(i * 48 + pixel);
      const double noise = 20.0 * random_uniform({.seed = 1}, at);
      data.images.push_back(static_cast<std::uint8_t>(noise + (column < border ? 20.0 : 200.0)));
      const Label label = column < border ? 0 : column > border ? 1 : 2;
      data.labels.push_back(pixel == 0 ? first : label);
    }
  }
  return data;
}

using Classes = Sequential<Input<8, 8, 1>, Conv2D<3, 3>, ReLU, Flatten, Dense<4>>;

/// The parameters after some steps, from the same start.
template <class Loss, class Optimizer, class Data>
std::vector<float> trained(const Loss& loss, const Optimizer& optimizer, const Data& data,
                           const FitOptions& options) {
  Model<Classes> model{1};
  fit(model, loss, optimizer, data, options);
  return {model.parameters().begin(), model.parameters().end()};
}

}  // namespace

TEST_CASE("segmentation: a label a pixel is learnt, on any number of threads to the same bits") {
  const auto data = halves(24);
  Model<Net> expected{1};
  const FitOptions options{.batch_size = 5, .epochs = 12, .seed = 2, .threads = 1};
  const History history =
      fit(expected, PixelSoftmaxCE{}, Adam{.learning_rate = 0.03}, data, data, options);
  CHECK(history.steps.back().loss < 0.3 * history.steps.front().loss);
  CHECK(history.validations.back().accuracy > 0.9);
  for (const int threads : {2, 3, 8}) {
    Model<Net> model{1};
    AnyModel any(any_network<Net>(), 1);
    FitOptions with = options;
    with.threads = threads;
    const History same =
        fit(model, PixelSoftmaxCE{}, Adam{.learning_rate = 0.03}, data, data, with);
    fit(any, PixelSoftmaxCE{}, Adam{.learning_rate = 0.03}, data, data, with);
    CHECK(tests::same_bits(model.values(), expected.values()));
    CHECK(tests::same_bits(any.values(), expected.values()));
    CHECK(same.validations.back().loss == history.validations.back().loss);
  }
  const auto matrix = measure(expected, ConfusionMatrix(3), data);
  CHECK(matrix.samples() == 24 * 48);
  CHECK(matrix.accuracy() == evaluate(expected, PixelSoftmaxCE{}, data).accuracy);
  ConfusionMatrix of_predictions(3);
  of_predictions.add(data.labels, predict_classes(expected, data, {.batch_size = 7}));
  CHECK(of_predictions.accuracy() == matrix.accuracy());
  const auto probabilities = predict_probabilities(expected, data);
  REQUIRE(probabilities.size() == 24 * 48 * 3);
  CHECK(probabilities[0] + probabilities[1] + probabilities[2] == doctest::Approx(1.0));
  CHECK(matrix.mean_iou() > 0.7);
  CHECK(matrix.of_class(0).iou() > 0.8);
}

TEST_CASE("segmentation: pixels without a class are ignored by loss and metric") {
  const auto data = halves(8, 255);
  Model<Net> model{1};
  const PixelSoftmaxCE loss{.ignored_label = 255};
  fit(model, loss, Adam{}, data, data, {.batch_size = 4});
  const auto matrix = measure(model, ConfusionMatrix(3, 255), data);
  CHECK(matrix.samples() == 8 * 47);
  CHECK(matrix.accuracy() == evaluate(model, loss, data).accuracy);
  CHECK(predict_logits(model, data).size() == 8 * 48 * 3);
  CHECK(error_message([&] {
          fit(model, PixelSoftmaxCE{}, Adam{}, data);
        }).starts_with("PixelSoftmaxCE: the label of pixel 0 of sample "));
  CHECK(error_message([&] { measure(model, ConfusionMatrix(3), data); }) ==
        "confusion matrix: the label of sample 0 is 255, expected classes 0 to 2");
}

TEST_CASE("segmentation: label images beside other inputs, and a network of another size") {
  const auto data = halves(6);
  const ZipDataset zip{Samples<std::uint8_t>{data.shape, data.images},
                       LabelImages{6, 8, data.labels}};
  Model<Net> model{1};
  Model<Net> same{1};
  fit(model, PixelSoftmaxCE{}, Adam{}, data, {.batch_size = 2});
  fit(same, PixelSoftmaxCE{}, Adam{}, zip, {.batch_size = 2});
  CHECK(tests::same_bits(model.values(), same.values()));
  Model<Sequential<Input<6, 8, 1>, MaxPool<2>, Conv2D<3, 3>>> smaller{1};
  CHECK(error_message([&] { fit(smaller, PixelSoftmaxCE{}, Adam{}, data); }) ==
        "data set: its labels are of 6x8 pixels, the network puts out 3x4x3");
}

TEST_CASE("segmentation: a step allocates nothing after the first") {
  const auto data = halves(16);
  for (const int threads : {1, 2}) {
    Model<Net> model{1};
    Training training(model, PixelSoftmaxCE{.class_weights = {1, 2, 3}}, Adam{}, data, data,
                      {.batch_size = 8, .steps = 12, .threads = threads});
    training.step();
    training.step();
    const long before = tests::allocations();
    training.run();
    CHECK(tests::allocations() == before);
  }
}

TEST_CASE("weights of samples: multiply what they add to a step") {
  auto data = tests::bars(24, 8, 4, 1);
  const FitOptions options{.batch_size = 8, .epochs = 3};
  const auto expected = trained(SoftmaxCE{}, SGD{.learning_rate = 0.02}, data, options);
  data.weights.assign(24, 2.0F);
  CHECK(trained(SoftmaxCE{}, SGD{.learning_rate = 0.01}, data, options) == expected);
  Model<Classes> model{1};
  const double twice = evaluate(model, SoftmaxCE{}, data).loss;
  const double accuracy = evaluate(model, SoftmaxCE{}, data).accuracy;
  data.weights.clear();
  CHECK(twice == 2.0 * evaluate(model, SoftmaxCE{}, data).loss);
  CHECK(accuracy == evaluate(model, SoftmaxCE{}, data).accuracy);

  // Those of weight 0 are as if they were not there, but for the mean.
  data.weights.assign(24, 1.0F);
  std::fill(data.weights.begin() + 12, data.weights.end(), 0.0F);
  auto half = data;
  half.images.resize(12 * 64);
  half.labels.resize(12);
  half.weights.clear();
  const auto weighted =
      trained(SoftmaxCE{}, SGD{.learning_rate = 0.02}, data, {.batch_size = 24, .epochs = 1});
  const auto of_half =
      trained(SoftmaxCE{}, SGD{.learning_rate = 0.01}, half, {.batch_size = 12, .epochs = 1});
  CHECK(tests::relative_error(weighted, of_half) < 1e-5);
  data.weights.pop_back();
  CHECK(error_message([&] { fit(model, SoftmaxCE{}, Adam{}, data); }) ==
        "data set: 24 samples, but 23 weights");
}

TEST_CASE("weights of classes: parts of a step count as their labels weigh") {
  const auto data = tests::bars(16, 8, 4, 1);
  const SoftmaxCE<> loss{.class_weights = {0.1, 1, 5, 20}};
  const SGD sgd{.learning_rate = 0.02};
  const auto whole = trained(loss, sgd, data, {.batch_size = 16, .epochs = 3});
  const auto in_parts = trained(loss, sgd, data, {.batch_size = 4, .epochs = 3, .accumulate = 4});
  CHECK(tests::relative_error(in_parts, whole) < 1e-5);
  const Model<Classes> model{1};
  const double expected = evaluate(model, loss, data, {.batch_size = 16}).loss;
  CHECK(evaluate(model, loss, data, {.batch_size = 3}).loss ==
        doctest::Approx(expected).epsilon(1e-6));
}
