#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <vector>

using namespace tweed;
using tests::relative_error;

namespace {

using Net =
    Sequential<Input<6, 6, 1>, Conv2D<3, 3, NoBias{}>, BatchNorm<>, ReLU, Flatten, Dense<4>>;

const Dataset<> data = tests::bars(40, 6, 4, 1);
const Dataset<> validation = tests::bars(20, 6, 4, 2);

FitOptions with(double decay, int threads = 1) {
  return {
      .batch_size = 8, .epochs = 3, .threads = threads, .average = WeightAverage{.decay = decay}};
}

std::vector<float> values_of(const Model<Net>& model) {
  return {model.values().begin(), model.values().end()};
}

std::vector<float> trained(const FitOptions& options) {
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, validation, options);
  return values_of(model);
}

}  // namespace

TEST_CASE("WeightAverage: training ends with the average of weights and state") {
  Model<Net> model{1};
  std::vector<double> average;
  FitOptions options = with(0.8);
  options.on_step = [&](StepReport& report) {
    const auto values = model.values();
    average.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double kept = report.step == 1 ? 0.0 : 0.8;
      average[i] = kept * average[i] + (1.0 - kept) * static_cast<double>(values[i]);
    }
  };
  Training training(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, options);
  while (training.steps_done() + 1 < training.steps()) {
    training.step();
    CHECK(relative_error(values_of(training.validated_model()), average) < 1e-6);
  }
  const auto before = values_of(model);
  training.step();
  CHECK(relative_error(values_of(model), average) < 1e-6);
  CHECK(relative_error(before, average) > 1e-3);
  CHECK(values_of(model) == values_of(training.validated_model()));
}

TEST_CASE("WeightAverage: it does not change how training goes, but what is validated") {
  Model<Net> plain{1};
  const History expected =
      fit(plain, SoftmaxCE{}, Adam{}, data, validation, {.batch_size = 8, .epochs = 3});
  Model<Net> averaged{1};
  Training training(averaged, SoftmaxCE{}, Adam{}, data, validation, with(0.9));
  std::vector<double> losses;
  while (!training.finished()) {
    training.step();
    if (training.steps_done() % 5 == 0) {
      losses.push_back(
          evaluate(training.validated_model(), SoftmaxCE{}, validation, {.threads = 1}).loss);
    }
  }
  const History& found = training.history();
  for (std::size_t i = 0; i < expected.steps.size(); ++i) {
    CHECK(found.steps[i].loss == expected.steps[i].loss);
  }
  REQUIRE(found.validations.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found.validations[i].loss == losses[i]);
    CHECK(found.validations[i].loss != expected.validations[i].loss);
  }
}

TEST_CASE("WeightAverage: the weights of the last step stay beside their average") {
  FitOptions options = with(0.9);
  options.average = {};
  const auto plain = trained(options);
  Model<Net> model{1};
  Training training(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, validation, with(0.9));
  while (!training.finished()) {
    CHECK(training.raw_model() == nullptr);
    training.step();
  }
  REQUIRE(training.raw_model() != nullptr);
  CHECK(tests::same_bits(values_of(*training.raw_model()), plain));
  CHECK(values_of(model) != plain);

  // A training of more steps goes on with the average.
  options = with(0.9);
  options.epochs = 4;
  Model<Net> longer_model{2};
  Training longer(longer_model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data, validation,
                  options);
  longer.resume(training);
  CHECK(longer.raw_model() == nullptr);
  CHECK(values_of(longer_model) == values_of(model));
  CHECK(values_of(longer.validated_model()) == values_of(model));
  longer.run();
  CHECK(longer.raw_model() != nullptr);
}

TEST_CASE("WeightAverage: without decay it is the weights") {
  FitOptions options = with(0.0);
  const auto last = trained(options);
  options.average = {};
  CHECK(relative_error(last, trained(options)) < 1e-6);
}

TEST_CASE("WeightAverage: early stopping puts the best average back") {
  Model<Net> model{1};
  FitOptions options = with(0.5);
  options.epochs = 6;
  options.early_stopping = EarlyStopping{.patience = 2};
  const History history =
      fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.1}, data, validation, options);
  double best = history.validations[0].loss;
  for (const auto& record : history.validations) best = std::min(best, record.loss);
  CHECK(evaluate(model, SoftmaxCE{}, validation, {.threads = 1}).loss == best);
}

TEST_CASE("WeightAverage: any number of threads gives the same bits") {
  const auto one = trained(with(0.9));
  for (const int threads : {2, 3, 8}) CHECK(tests::same_bits(trained(with(0.9, threads)), one));
}

TEST_CASE("WeightAverage: a decay out of its range is refused") {
  CHECK(tests::error_message([] { trained(with(1.0)); }) ==
        "WeightAverage: decay is 1, it must be at least 0 and below 1");
}
