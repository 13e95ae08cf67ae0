#include <tweed/training/profile.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/two_heads.hpp>

#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// A pool before the first layer with parameters, a stage of three layers, one that works in place.
using Net = Sequential<Input<8, 8, 2>, MaxPool<2>, Conv2D<4, 3, Algorithm::indirect>, ReLU,
                       MaxPool<2>, Flatten, Dropout<0.5>, Dense<3>>;

constexpr Index batch = 3;

StepProfile profile(int threads = 1, int rounds = 4) {
  return profile_training_step<Net>(SoftmaxCE{}, Adam{},
                                    {.batch_size = batch, .threads = threads, .rounds = rounds});
}

double sum_of_minima(const StepProfile& step) {
  double sum = step.loss.minimum + step.optimizer.minimum;
  for (const StageProfile& stage : step.stages) {
    sum += stage.forward.minimum + stage.backward.minimum;
  }
  return sum;
}

}  // namespace

TEST_CASE("a profile names the stages as they run") {
  const StepProfile step = profile();
  REQUIRE(step.stages.size() == 5);
  CHECK(step.stages[0].name == "max_pool_1");
  CHECK(step.stages[1].name == "conv2d_1 + relu_1 + max_pool_2");
  CHECK(step.stages[1].description == "4, 3x3 same, indirect");
  CHECK(step.stages[1].output == Shape{2, 2, 4});
  CHECK(step.stages[2].name == "flatten_1");
  CHECK(step.stages[3].name == "dropout_1");
  CHECK(step.stages[3].description == "0.5");
  CHECK(step.stages[4].name == "dense_1");
  CHECK(step.batch_size == batch);
  CHECK(step.threads == 1);
  CHECK(step.rounds == 4);
  const auto unfused = profile_training_step<Unfolded<Net>>(SoftmaxCE{}, Adam{}, {.rounds = 1});
  REQUIRE(unfused.stages.size() == 7);
  CHECK(unfused.stages[2].name == "relu_1");
}

TEST_CASE("a profile counts multiply-adds as the definitions do") {
  const StepProfile step = profile();
  const Index convolution = batch * 4 * 4 * 9 * 2 * 4;
  const Index dense = batch * 16 * 3;
  CHECK(step.stages[0].forward.multiply_adds == 0);
  CHECK(step.stages[1].forward.multiply_adds == convolution);
  CHECK(step.stages[1].backward.multiply_adds == convolution);  // no gradient of the input
  CHECK(step.stages[4].forward.multiply_adds == dense);
  CHECK(step.stages[4].backward.multiply_adds == 2 * dense);
  CHECK(step.whole.multiply_adds == 2 * convolution + 3 * dense);
}

TEST_CASE("a profile counts each number that a part must move once") {
  const StepProfile step = profile();
  const auto bytes = [](Index numbers) { return numbers * Index{sizeof(float)}; };
  const Index kernel = 9 * 2 * 4 + 4;
  CHECK(step.stages[0].forward.bytes == bytes(batch * (128 + 32)));
  CHECK(step.stages[0].backward.bytes == 0);
  CHECK(step.stages[1].forward.bytes == bytes(batch * (32 + 16) + kernel));
  CHECK(step.stages[1].backward.bytes == bytes(batch * (32 + 16) + 2 * kernel));
  CHECK(step.stages[3].backward.bytes == bytes(batch * 2 * 16));
  CHECK(step.stages[4].backward.bytes == bytes(batch * (16 + 3 + 16) + 2 * 51));
  CHECK(step.loss.bytes == bytes(batch * 2 * 3));
  CHECK(step.optimizer.bytes == bytes(7 * Net::parameter_count));
  Index sum = step.loss.bytes + step.optimizer.bytes;
  for (const StageProfile& stage : step.stages) sum += stage.forward.bytes + stage.backward.bytes;
  CHECK(step.whole.bytes == sum);
  const auto sgd = profile_training_step<Net>(SoftmaxCE{}, SGD{.momentum = 0.9}, {.rounds = 1});
  CHECK(sgd.optimizer.bytes == bytes(5 * Net::parameter_count));
}

TEST_CASE("a profile of a regression") {
  const auto check = [](const StepProfile& step) {
    CHECK(step.stages.size() == 5);
    CHECK(step.loss.median > 0.0);
    CHECK(step.whole.minimum >= sum_of_minima(step) * (1.0 - 1e-9));
  };
  const ProfileOptions options{.batch_size = 5, .rounds = 2};
  check(profile_training_step<Net>(MeanSquaredError{}, Adam{}, options));
  check(profile_training_step<Net, double>(MeanSquaredError{}, SGD{}, options));
}

TEST_CASE("a profile of several inputs and outputs") {
  const ProfileOptions options{.batch_size = 5, .rounds = 1};
  const auto check = [](const StepProfile& step) {
    CHECK(step.loss.median > 0.0);
    CHECK(step.loss.bytes == 2 * 5 * (4 + 2) * Index{sizeof(float)});
  };
  check(profile_training_step<tests::TwoHeads>(tests::two_heads_loss(), Adam{}, options));
  check(profile_training_step(AnyModel(any_network<tests::TwoHeads>()), tests::two_heads_loss(),
                              SGD{}, options));
}

TEST_CASE("the phases of a step fill it, whatever the number of threads and rounds") {
  for (const int threads : {1, 2}) {
    for (const int rounds : {1, 2, 5}) {
      const StepProfile step = profile(threads, rounds);
      CHECK(step.stages[0].backward.median == 0.0);  // does not run
      CHECK(step.stages[1].forward.minimum > 0.0);
      CHECK(step.stages[1].forward.median >= step.stages[1].forward.minimum);
      CHECK(step.whole.minimum >= sum_of_minima(step) * (1.0 - 1e-9));
      CHECK(step.whole.median >= step.whole.minimum);
      if (rounds == 1) CHECK(step.whole.median == doctest::Approx(sum_of_minima(step)));
    }
  }
}

TEST_CASE("rates follow from the median") {
  const PhaseProfile phase{
      .minimum = 0.25, .median = 0.5, .multiply_adds = 1'000'000'000, .bytes = 3'000'000'000};
  CHECK(phase.gigaflops() == doctest::Approx(4.0));
  CHECK(phase.gigabytes() == doctest::Approx(6.0));
  CHECK(PhaseProfile{}.gigaflops() == 0.0);
}

TEST_CASE("a profile of nothing is refused in words") {
  CHECK(error_message([] { profile(1, 0); }) ==
        "ProfileOptions: rounds is 0, it must be at least 1");
  CHECK(error_message([] {
          profile_training_step<Net>(SoftmaxCE{}, Adam{}, {.batch_size = 0});
        }).starts_with("ProfileOptions: batch_size is 0"));
}

TEST_CASE("a watcher is told of each stage that runs, in the order in which they do") {
  const Model<Net> model;
  TrainingPass<Net> pass(1, 1);
  const std::vector<float> pixels(128, 0.5F);
  const std::vector<Label> label{1};
  std::vector<std::size_t> seen;
  const auto note = [&](std::size_t stage) { seen.push_back(stage); };
  const auto logits = pass.forward(model, {pixels.data(), 1, Net::input}, {}, note);
  CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3, 4});
  seen.clear();
  SoftmaxCE{}.gradient(logits, std::span(label), pass.output_gradient());
  pass.backward(model, note);
  CHECK(seen == std::vector<std::size_t>{4, 3, 2, 1});
}

TEST_CASE("a loss that takes shares is profiled, too") {
  using Masks = Sequential<Input<4, 4, 1>, Conv2D<3, 3>>;
  const auto step =
      profile_training_step<Masks>(SigmoidCE{}, SGD{}, {.batch_size = 2, .rounds = 1});
  CHECK(step.stages.size() == 1);
}
