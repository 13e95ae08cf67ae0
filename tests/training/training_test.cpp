#include <tweed/augment/augmentations.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net =
    Sequential<Input<8, 8, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Dropout<0.2>, Flatten, Dense<4>>;

const Dataset<> training_data = tests::bars(37, 8, 4, 1);
const Dataset<> validation_data = tests::bars(20, 8, 4, 2);

/// Everything on, 5 steps an epoch.
FitOptions everything(int threads = 1) {
  return {.batch_size = 8,
          .steps = 23,
          .seed = 3,
          .threads = threads,
          .clip_norm = 0.5,
          .augmentation = Compose{RandomCrop{.padding = 1}, RandomHorizontalFlip{}},
          .schedule = PlateauSchedule{.patience = 1, .factor = 0.5},
          .early_stopping = EarlyStopping{.patience = 3}};
}

std::vector<float> weights_of(const Model<Net>& model) {
  return {model.parameters().begin(), model.parameters().end()};
}

bool same(const History& a, const History& b) {
  const auto same_step = [](const StepRecord& x, const StepRecord& y) {
    return x.loss == y.loss && x.accuracy == y.accuracy && x.learning_rate == y.learning_rate;
  };
  const auto same_validation = [](const ValidationRecord& x, const ValidationRecord& y) {
    return x.step == y.step && x.loss == y.loss && x.accuracy == y.accuracy;
  };
  return std::ranges::equal(a.steps, b.steps, same_step) &&
         std::ranges::equal(a.validations, b.validations, same_validation);
}

/// What a checkpoint does: all of one training's state into another.
template <class T>
void copy_state(TrainingState<T> from, TrainingState<T> to) {
  REQUIRE(from.tensors.size() == to.tensors.size());
  for (std::size_t i = 0; i < to.tensors.size(); ++i) {
    CHECK(from.tensors[i].name == to.tensors[i].name);
    std::ranges::copy(from.tensors[i].values, to.tensors[i].values.begin());
  }
  for (std::size_t i = 0; i < to.numbers.size(); ++i)
    *to.numbers[i].second = *from.numbers[i].second;
}

/// The loss does not matter to the network, only to what follows from it.
struct Scripted {
  const std::vector<double>* losses;
  mutable std::size_t next = 0;

  static constexpr auto fit(const Shape& shape) { return SoftmaxCE<>::fit(shape); }
  template <class T>
  LossSum value(const Batch<const T>& outputs, std::span<const Label>) const {
    return {.loss = (*losses)[next++] * static_cast<double>(outputs.count), .count = outputs.count};
  }
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    return SoftmaxCE{}.gradient(outputs, labels, gradient);
  }
};

}  // namespace

TEST_CASE("Training: a stop after any step, and resumed, gives the same bits") {
  for (const auto& optimizer : {Adam{.learning_rate = 0.05, .weight_decay = 0.01}}) {
    Model<Net> model{1};
    Training whole(model, SoftmaxCE{}, optimizer, training_data, validation_data, everything());
    whole.run();
    REQUIRE(whole.steps_done() > 5);
    for (Index stop = 0; stop <= whole.steps_done(); ++stop) {
      CAPTURE(stop);
      Model<Net> first_model{1};
      Training first(first_model, SoftmaxCE{}, optimizer, training_data, validation_data,
                     everything());
      while (first.steps_done() < stop) first.step();
      Model<Net> second_model{9};
      Training second(second_model, SoftmaxCE{}, optimizer, training_data, validation_data,
                      everything());
      copy_state(first.state(), second.state());
      second.resume(first.history(), first.stopped());
      second.run();
      CHECK(weights_of(second_model) == weights_of(model));
      CHECK(same(second.history(), whole.history()));
      CHECK(second.stopped() == whole.stopped());
    }
  }
}

TEST_CASE("Training: resumed without validation data, and with SGD") {
  FitOptions options = everything();
  options.schedule = CosineSchedule{.warm_up = 3};
  const SGD optimizer{.learning_rate = 0.05, .momentum = 0.9};
  Model<Net> model{1};
  const History history = fit(model, SoftmaxCE{}, optimizer, training_data, options);
  for (const Index stop : {4, 5, 11, 23}) {
    Model<Net> first_model{1};
    Training first(first_model, SoftmaxCE{}, optimizer, training_data, options);
    while (!first.finished() && first.steps_done() < stop) first.step();
    Model<Net> second_model{9};
    Training second(second_model, SoftmaxCE{}, optimizer, training_data, options);
    copy_state(first.state(), second.state());
    second.resume(first.history(), first.stopped());
    second.run();
    CHECK(weights_of(second_model) == weights_of(model));
    CHECK(same(second.history(), history));
  }
}

TEST_CASE("Training: any number of threads gives the same bits, with everything on") {
  const auto trained = [](int threads) {
    Model<Net> model{1};
    fit(model, SoftmaxCE<>{.label_smoothing = 0.1}, Adam{.weight_decay = 0.1}, training_data,
        validation_data, everything(threads));
    return weights_of(model);
  };
  const auto one = trained(1);
  for (const int threads : {2, 3, 8}) CHECK(trained(threads) == one);
}

TEST_CASE("Training: each option changes the result") {
  const auto trained = [](const FitOptions& options) {
    Model<Net> model{1};
    fit(model, SoftmaxCE{}, SGD{.learning_rate = 0.5}, training_data, options);
    return weights_of(model);
  };
  const FitOptions plain{.batch_size = 8, .steps = 7};
  FitOptions clipped = plain;
  clipped.clip_norm = 0.1;
  FitOptions shifted = plain;
  shifted.augmentation = RandomCrop{.padding = 1};
  FitOptions flipped = plain;
  flipped.augmentation = RandomHorizontalFlip{};
  FitOptions scheduled = plain;
  scheduled.schedule = CosineSchedule{};
  for (const FitOptions& other : {clipped, shifted, flipped, scheduled}) {
    CHECK(trained(other) != trained(plain));
  }
  scheduled.schedule = ConstantSchedule{};
  CHECK(trained(scheduled) == trained(plain));
}

TEST_CASE("Training: an augmentation need only take the numbers that the network computes with") {
  const auto with = []<class T>(Model<Net, T> model) {
    const auto brighten = [](const AugmentPass<T>& pass) {
      for (T& pixel : pass.x.values()) pixel += T{1};
    };
    return fit(model, SoftmaxCE{}, Adam{}, training_data, {.augmentation = brighten}).steps;
  };
  CHECK(with(Model<Net>{1}).size() == 2);
  CHECK(with(Model<Net, double>{1}).size() == 2);
  const FitOptions of_double{.augmentation = [](const AugmentPass<double>&) {}};
  Model<Net> model{1};
  CHECK(error_message([&] { fit(model, SoftmaxCE{}, Adam{}, training_data, of_double); }) ==
        "augmentation: it does not take samples of type float, which the network computes with");
}

TEST_CASE("Training: validates after each epoch and after the last step") {
  Model<Net> model{1};
  std::vector<EpochReport> reports;
  const History history =
      fit(model, SoftmaxCE{}, Adam{}, training_data, validation_data,
          {.batch_size = 8, .steps = 12, .on_epoch = [&](const EpochReport& report) {
             reports.push_back(report);
           }});
  REQUIRE(history.validations.size() == 3);
  CHECK(history.validations[0].step == 5);
  CHECK(history.validations[1].step == 10);
  CHECK(history.validations[2].step == 12);
  const Evaluation found = evaluate(model, SoftmaxCE{}, validation_data);
  CHECK(history.validations[2].loss == found.loss);
  CHECK(history.validations[2].accuracy == found.accuracy);
  REQUIRE(reports.size() == 3);
  CHECK(reports[1].epoch == 2);
  CHECK(reports[1].step == 10);
  CHECK(reports[2].validation->loss == found.loss);
  const auto& steps = history.steps;
  CHECK(reports[2].training.loss == (steps[10].loss + steps[11].loss) / 2.0);
}

TEST_CASE("Training: the schedule sets the rate of each step") {
  Model<Net> model;
  const History history = fit(model, SoftmaxCE{}, SGD{.learning_rate = 0.5}, training_data,
                              {.batch_size = 8, .steps = 5, .schedule = StepSchedule{.every = 2}});
  CHECK(history.steps[1].learning_rate == 0.5);
  CHECK(history.steps[2].learning_rate == 0.5 * 0.1);
  CHECK(history.steps[4].learning_rate == 0.5 * std::pow(0.1, 2.0));
}

TEST_CASE("Training: a plateau is seen in the losses of the epochs") {
  const std::vector<double> losses{3.0, 2.0, 2.0, 2.0, 1.0};
  Model<Net> model;
  const History history = fit(
      model, Scripted{&losses}, SGD{.learning_rate = 0.01}, training_data, validation_data,
      {.batch_size = 37, .epochs = 5, .schedule = PlateauSchedule{.patience = 1, .factor = 0.5}});
  const std::vector<double> expected{0.01, 0.01, 0.01, 0.005, 0.0025};
  for (std::size_t i = 0; i < 5; ++i) CHECK(history.steps[i].learning_rate == expected[i]);
}

TEST_CASE("Training: early stopping, as in Keras") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> losses{3.0, 1.0, nan, 1.0, 0.95, 0.5, 0.1};
  const auto epochs = [&](const EarlyStopping& stopping) {
    Model<Net> model{1};
    std::vector<std::vector<float>> after;
    const History history =
        fit(model, Scripted{&losses}, SGD{.learning_rate = 0.1}, training_data, validation_data,
            {.batch_size = 37,
             .epochs = 7,
             .early_stopping = stopping,
             .on_epoch = [&](const EpochReport&) { after.push_back(weights_of(model)); }});
    CHECK(history.validations.size() == after.size());
    const std::size_t best = after.size() == 7 ? 6 : 1;
    CHECK(weights_of(model) == (stopping.restore_best ? after[best] : after.back()));
    return after.size();
  };
  CHECK(epochs({.patience = 0}) == 3);
  CHECK(epochs({.patience = 1}) == 3);
  CHECK(epochs({.patience = 2}) == 4);
  CHECK(epochs({.patience = 2, .restore_best = false}) == 4);
  CHECK(epochs({.patience = 3}) == 7);
  CHECK(epochs({.patience = 3, .min_delta = 0.06}) == 5);
  CHECK(epochs({.patience = 4, .min_delta = 0.06}) == 7);
}

TEST_CASE("Training: a hook can end it") {
  Model<Net> model;
  const auto steps = [&](const FitOptions& options) {
    return fit(model, SoftmaxCE{}, Adam{}, training_data, options).steps.size();
  };
  CHECK(steps({.batch_size = 8, .epochs = 3, .on_step = [](StepReport& report) {
                 report.stop = report.step == 7;
               }}) == 7);
  CHECK(steps({.batch_size = 8, .epochs = 3, .on_epoch = [](EpochReport& report) {
                 report.stop = report.epoch == 2;
               }}) == 10);
  Training training(model, SoftmaxCE{}, Adam{}, training_data,
                    {.on_step = [](StepReport& report) { report.stop = true; }});
  CHECK(training.step().step == 1);
  CHECK(training.finished());
  CHECK(training.stopped());
  CHECK(error_message([&] { training.step(); }) ==
        "training: it is finished, there is no further step");
}

TEST_CASE("Training: a function is learnt from numbers") {
  using Regression = Sequential<Input<2>, Dense<16>, ReLU, Dense<2>>;
  RegressionDataset<float> data{.shape = {1, 1, 2}, .samples = {}, .outputs = 2, .targets = {}};
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto x = static_cast<float>(random_uniform({.seed = 1}, 2 * i));
    const auto y = static_cast<float>(random_uniform({.seed = 1}, 2 * i + 1));
    data.samples.insert(data.samples.end(), {x, y});
    data.targets.insert(data.targets.end(), {x - 2.0F * y, x * y});
  }
  const auto learn = [&]<class T>(Model<Regression, T> model) {
    const History history = fit(model, MeanSquaredError{}, Adam{.learning_rate = 0.02}, data, data,
                                {.batch_size = 20, .epochs = 60});
    CHECK(history.validations.back().accuracy == 0.0);
    return evaluate(model, MeanSquaredError{}, data).loss;
  };
  CHECK(learn(Model<Regression>{1}) < 1e-3);
  CHECK(learn(Model<Regression, double>{1}) < 1e-3);
  data.targets[1] = std::numeric_limits<float>::infinity();
  CHECK(error_message([&] { learn(Model<Regression>{1}); }) ==
        "data set: a target of sample 0 is inf, expected finite numbers");
  data.targets.pop_back();
  CHECK(error_message([&] { learn(Model<Regression>{1}); }) ==
        "data set: 399 targets and 400 values do not make whole samples of 2 and 2");
  data.outputs = 1;
  CHECK(error_message([&] { learn(Model<Regression>{1}); }) ==
        "data set: it has 1 targets a sample, the network has 2 outputs");
  data.shape = {1, 1, 3};
  CHECK(error_message([&] { learn(Model<Regression>{1}); }) ==
        "data set: its samples are 3, the network takes 2");
}

TEST_CASE("Training: options that make no sense are refused before the first step") {
  Model<Net> model;
  const auto message = [&](const FitOptions& options) {
    return error_message([&] { fit(model, SoftmaxCE{}, Adam{}, training_data, options); });
  };
  CHECK(message({.augmentation = RandomCrop{.padding = 8}})
            .starts_with("RandomCrop: padding is 8, it must be 0 to 7"));
  const Dataset<> empty{Net::input, {}, {}, {}};
  CHECK(error_message([&] { fit(model, SoftmaxCE{}, Adam{}, training_data, empty); }) ==
        "training: the validation data set is empty");
  CHECK(error_message([&] {
          fit(model, SoftmaxCE{}, Adam{}, training_data, tests::bars(3, 9, 2));
        }) == "data set: its samples are 9x9x1, the network takes 8x8x1");
}
