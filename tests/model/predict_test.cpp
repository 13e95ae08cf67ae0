#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/two_heads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Dropout<0.5>, Flatten,
                       Dense<9>, ReLU, Dense<4>>;

const Model<Net> model{7};
const Dataset<> data = tests::bars(23, 8, 4);

}  // namespace

TEST_CASE("classes, probabilities and logits agree") {
  const auto logits = predict_logits(model, data);
  const auto probabilities = predict_probabilities(model, data);
  const auto classes = predict_classes(model, data);
  REQUIRE(logits.size() == 23 * 4);
  REQUIRE(probabilities.size() == 23 * 4);
  REQUIRE(classes.size() == 23);
  for (std::size_t n = 0; n < 23; ++n) {
    const float* const z = logits.data() + 4 * n;
    const float* const p = probabilities.data() + 4 * n;
    CHECK(std::max_element(z, z + 4) - z == classes[n]);
    CHECK(p[0] + p[1] + p[2] + p[3] == doctest::Approx(1.0));
    CHECK(std::log(p[0] / p[3]) == doctest::Approx(z[0] - z[3]).epsilon(1e-3));
  }
}

TEST_CASE("the batch size does not change an answer, nor do the threads") {
  const auto expected = predict_logits(model, data);
  for (const Index batch_size : {1, 2, 5, 23, 1000}) {
    for (const int threads : {1, 2, 3}) {
      CHECK(predict_logits(model, data, {.batch_size = batch_size, .threads = threads}) ==
            expected);
    }
  }
}

TEST_CASE("numbers of one's own can be predicted, and none at all") {
  std::vector<float> pixels(data.images.size());
  std::transform(data.images.begin(), data.images.end(), pixels.begin(),
                 [](std::uint8_t byte) { return static_cast<float>(byte) * (1.0F / 255.0F); });
  const Batch<const float> x{pixels.data(), 23, Net::input};
  CHECK(predict_logits(model, x) == predict_logits(model, data));
  CHECK(predict_classes(model, x.first(0)).empty());
  CHECK(predict_probabilities(model, Dataset<>{Net::input, {}, {}, {}}).empty());
  CHECK(error_message([&] {
          predict_classes(model, Batch<const float>{pixels.data(), 1, {4, 16, 1}});
        }) == "Inference: the network takes samples of 8x8x1, these are 4x16x1");
}

TEST_CASE("inference equals training's forward pass where nothing is dropped") {
  using Plain = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Dropout<0.0>, Flatten,
                           Dense<9>, ReLU, Dense<4>>;
  const Model<Plain> plain{7};
  std::vector<float> pixels(23 * 64, 0.3F);
  const Batch<const float> x{pixels.data(), 23, Plain::input};
  TrainingPass<Plain> pass(23);
  const auto trained = pass.forward(plain, x, {}).values();
  const auto inferred = predict_logits(plain, x);
  CHECK(std::equal(inferred.begin(), inferred.end(), trained.begin()));
}

TEST_CASE("one const model serves several threads at once") {
  const auto expected = predict_logits(model, data);
  std::array<std::vector<float>, 4> answers;
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&answer] {
      for (int round = 0; round < 20; ++round) {
        answer = predict_logits(model, data, {.batch_size = 7, .threads = 1});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) CHECK(answer == expected);
}

TEST_CASE("evaluate gives the means over the data set") {
  const auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, data, {.batch_size = 5});
  const auto probabilities = predict_probabilities(model, data);
  const auto classes = predict_classes(model, data);
  double expected_loss = 0.0;
  double right = 0.0;
  for (std::size_t n = 0; n < 23; ++n) {
    const auto label = static_cast<std::size_t>(data.labels[n]);
    expected_loss -= std::log(static_cast<double>(probabilities[4 * n + label]));
    right += classes[n] == data.labels[n];
  }
  CHECK(loss == doctest::Approx(expected_loss / 23).epsilon(1e-5));
  CHECK(accuracy == doctest::Approx(right / 23));
  CHECK(error_message([&] {
          evaluate(model, SoftmaxCE{}, Dataset<>{Net::input, {}, {}, {}});
        }) == "evaluate: the data set is empty");
}

TEST_CASE("evaluate takes whatever predicts") {
  AnyModel any{any_network<Net>()};
  std::ranges::copy(model.values(), any.values().begin());
  const Evaluation expected = evaluate(model, SoftmaxCE{}, data);
  const auto check = [&](const auto& other) {
    const Evaluation found = evaluate(other, SoftmaxCE{}, data, {.batch_size = 3});
    CHECK(found.loss == doctest::Approx(expected.loss));
    CHECK(found.accuracy == expected.accuracy);
  };
  check(any);
  check(PreparedModel(model));
  check(PreparedModel(any, 2));
  CHECK(evaluate(any, SoftmaxCE{}, data).loss == expected.loss);

  const AnyModel of_images{any_network<Sequential<Input<8, 8, 1>, Conv2D<1, 3>>>()};
  CHECK(error_message([&] { evaluate(of_images, SoftmaxCE{}, data); }) ==
        "evaluate: the loss cannot take outputs of 8x8x1: output is an image put Flatten and Dense "
        "behind it or take PixelSoftmaxCE");
}

TEST_CASE("several inputs and outputs: data sets and batches, each output as the network has it") {
  const Model<tests::TwoHeads> two{3};
  const AnyModel any(any_network<tests::TwoHeads>(), 3);
  const auto zipped = tests::two_heads_data(23, 1);
  const auto& [images, numbers, places] = zipped.parts();
  std::vector<float> pixels;
  for (const std::uint8_t byte : images.images) {
    pixels.push_back(static_cast<float>(byte) * (1.0F / 255.0F));
  }
  const Batch<const float> image{pixels.data(), 23, {8, 8, 1}};
  const Batch<const float> number{numbers.samples.data(), 23, {1, 1, 3}};
  const std::vector<Batch<const float>> list{image, number};
  const ZipDataset unlabelled{Samples<std::uint8_t>{images.shape, images.images}, numbers};

  Inference infer(two, 23, 1);
  infer(two, list);
  const auto first = infer.output(0).values();
  const auto second = infer.output(1).values();
  for (const Index batch_size : {1, 8, 23, 100}) {
    for (const int threads : {1, 2, 3, 8}) {
      const auto check = [&](const auto& model_of_two) {
        const PredictOptions of_first{.batch_size = batch_size, .threads = threads};
        const PredictOptions of_second{.batch_size = batch_size, .threads = threads, .output = 1};
        CHECK(std::ranges::equal(predict_logits(model_of_two, list, of_first), first));
        CHECK(std::ranges::equal(predict_logits(model_of_two, zipped, of_first), first));
        CHECK(std::ranges::equal(predict_logits(model_of_two, {image, number}, of_second), second));
        CHECK(std::ranges::equal(predict_logits(model_of_two, unlabelled, of_second), second));
      };
      check(two);
      check(any);
    }
  }
  const std::array<Batch<const float>, 2> array{image, number};
  CHECK(predict_classes(two, array) == predict_classes(two, zipped));
  CHECK(predict_probabilities(two, array, {.output = 1}).size() == 23 * 2);
  CHECK(predict_classes(PreparedModel(two, 8), list, {.output = 1}).size() == 23);
  // Labels matter where there is one for each output only.
  CHECK(predict_logits(model, Samples<std::uint8_t>{data.shape, data.images}) ==
        predict_logits(model, data));
  CHECK(predict_logits(two, {image.first(0), number.first(0)}, {.output = 1}).empty());
  CHECK(error_message([&] {
          predict_logits(two, {image, number.first(22)});
        }) == "predict: the first input has 23 samples, input 2 has 22");
  CHECK(error_message([&] { predict_logits(two, image); }) ==
        "Inference: the network takes 2 inputs, got 1");
  CHECK(error_message([&] { predict_logits(two, std::vector<Batch<const float>>{}); }) ==
        "predict: there are no inputs");
  for (const Index output : {-1, 2}) {
    const auto expected =
        detail::text("PredictOptions: output is ", output, ", it must be at least 0 and at most 1");
    CHECK(error_message([&] { predict_logits(two, zipped, {.output = output}); }) == expected);
    CHECK(error_message([&] { predict_classes(two, zipped, {.output = output}); }) == expected);
  }
}
