#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <limits>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Dropout<0.2>, Conv2D<11, 5>,
                       ReLU, MaxPool<2>, Flatten, Dense<24>, ReLU, Dropout<0.3>, Dense<4>>;

template <class Optimizer>
std::vector<float> trained_weights(const Optimizer& optimizer, int threads, std::uint64_t seed) {
  Model<Net> model{seed};
  fit(model, SoftmaxCE{}, optimizer, tests::bars(37, 8, 4),
      {.batch_size = 13, .steps = 7, .seed = seed, .threads = threads});
  return {model.parameters().begin(), model.parameters().end()};
}

}  // namespace

TEST_CASE("a tiny data set is learnt by heart") {
  const Dataset<> data = tests::bars(32, 8, 4);
  const auto learn = [&](const auto& optimizer) {
    Model<Net> model{1};
    const History history =
        fit(model, SoftmaxCE{}, optimizer, data, {.batch_size = 8, .epochs = 100, .seed = 1});
    CHECK(history.steps.size() == 400);
    CHECK(history.steps.back().loss < history.steps.front().loss);
    return evaluate(model, SoftmaxCE{}, data).accuracy;
  };
  CHECK(learn(Adam{.learning_rate = 3e-3}) == 1.0);
  CHECK(learn(SGD{.learning_rate = 0.02, .momentum = 0.9}) == 1.0);
  CHECK(learn(SGD{.learning_rate = 0.02, .momentum = 0.9, .nesterov = true}) == 1.0);
}

TEST_CASE("the same seed gives the same weights to the bit, for any number of threads") {
  const auto expected = trained_weights(Adam{}, 1, 5);
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    CHECK(trained_weights(Adam{}, threads, 5) == expected);
  }
  CHECK(trained_weights(Adam{}, 2, 6) != expected);
  const auto with_sgd = trained_weights(SGD{.momentum = 0.9}, 1, 5);
  for (const int threads : {2, 3, 8})
    CHECK(trained_weights(SGD{.momentum = 0.9}, threads, 5) == with_sgd);
}

TEST_CASE("double trains as float does") {
  Model<Net, double> model{1};
  const auto data = tests::bars(32, 8, 4);
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 3e-3}, data, {.batch_size = 8, .epochs = 40});
  CHECK(evaluate(model, SoftmaxCE{}, data).accuracy == 1.0);
}

TEST_CASE("epochs, steps and reports count as they should") {
  const auto data = tests::bars(10, 8, 4);
  std::vector<StepReport> reports;
  Model<Net> model;
  const auto history = fit(model, SoftmaxCE{}, SGD{}, data,
                           {.batch_size = 4, .epochs = 2, .on_step = [&](const StepReport& report) {
                              reports.push_back(report);
                            }});
  REQUIRE(reports.size() == 6);  // 4 + 4 + 2, twice
  CHECK(history.steps.size() == 6);
  CHECK(reports[0].step == 1);
  CHECK(reports[0].steps == 6);
  CHECK(reports[2].batch.count == 2);
  CHECK(reports[2].epoch == 1);
  CHECK(reports[3].epoch == 2);
  CHECK(reports[3].batch.mean_loss() == history.steps[3].loss);
}

TEST_CASE("a batch size beyond the data set means all of it") {
  Model<Net> model;
  const auto history =
      fit(model, SoftmaxCE{}, SGD{}, tests::bars(10, 8, 4), {.batch_size = 1000, .epochs = 3});
  CHECK(history.steps.size() == 3);
}

TEST_CASE("training stops with the step in the message where the loss is not finite") {
  Model<Net> model;
  const auto data = tests::bars(10, 8, 4);
  const std::string message = error_message([&] {
    fit(model, SoftmaxCE{}, SGD{.learning_rate = 1e30}, data, {.batch_size = 10, .epochs = 9});
  });
  CAPTURE(message);
  CHECK(message.find("training: the loss is ") == 0);
  CHECK(message.find(" at step ") != message.npos);
}

TEST_CASE("a step that fails leaves the weights as they were") {
  Model<Net> model;
  const std::vector<float> before(model.parameters().begin(), model.parameters().end());
  Trainer trainer(model, SoftmaxCE{}, Adam{}, {.batch_size = 1});
  std::vector<float> pixels(64, std::numeric_limits<float>::quiet_NaN());
  const std::vector<Label> label{0};
  const Batch<const float> x{pixels.data(), 1, Net::input};
  CHECK_FALSE(error_message([&] { trainer.step(x, label); }).empty());
  std::fill(pixels.begin(), pixels.end(), 0.5F);
  const std::vector<Label> wrong{4};
  CHECK(error_message([&] { trainer.step(x, wrong); }) ==
        "SoftmaxCE: the label of sample 0 is 4, the network has classes 0 to 3");
  CHECK(error_message([&] { trainer.step(x.first(0), {}); }) == "Trainer: the batch is empty");
  CHECK(std::equal(before.begin(), before.end(), model.parameters().begin()));
  CHECK(trainer.steps() == 0);
  trainer.step(x, label);
  CHECK(trainer.steps() == 1);
}

TEST_CASE("data that do not fit are refused before the first step") {
  Model<Net> model;
  CHECK(error_message([&] { fit(model, SoftmaxCE{}, Adam{}, tests::bars(4, 9, 4)); }) ==
        "data set: its samples are 9x9x1, the network takes 8x8x1");
  CHECK(error_message([&] { fit(model, SoftmaxCE{}, Adam{}, tests::bars(8, 8, 5)); }) ==
        "data set: the label of sample 4 is 4, the network has classes 0 to 3");
  CHECK(error_message([&] {
          fit(model, SoftmaxCE{}, Adam{}, Dataset<>{Net::input, {}, {}, {}});
        }) == "batches: the data set is empty");
}
