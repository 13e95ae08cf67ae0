#include <tweed/augment/augmentations.hpp>
#include <tweed/model/any_network.hpp>
#include <tweed/training/profile.hpp>
#include <tweed/tweed.hpp>
#include <support/branched_networks.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<6, 3>, ReLU, MaxPool<2>, Dropout<0.2>,
                       Residual<Conv2D<6, 3>, ReLU>, Flatten, Dense<4>>;

const Dataset<> data = tests::bars(37, 8, 4, 1);
const Dataset<> validation = tests::bars(20, 8, 4, 2);

AnyModel any_model(std::uint64_t seed) { return AnyModel(any_network<Net>(), seed); }

FitOptions everything(int threads) {
  return {.batch_size = 8,
          .steps = 23,
          .seed = 3,
          .threads = threads,
          .clip_norm = 0.5,
          .augmentation = Compose{RandomCrop{.padding = 1}, RandomHorizontalFlip{}},
          .schedule = PlateauSchedule{.patience = 1, .factor = 0.5},
          .early_stopping = EarlyStopping{.patience = 3}};
}

}  // namespace

TEST_CASE("a network built at run time trains to the bits of its type") {
  for (const int threads : {1, 3}) {
    Model<Net> model{1};
    AnyModel any = any_model(1);
    const Adam optimizer{.learning_rate = 0.02, .weight_decay = 0.1};
    const auto a = fit(model, SoftmaxCE{}, optimizer, data, validation, everything(threads));
    const auto b = fit(any, SoftmaxCE{}, optimizer, data, validation, everything(threads));
    CHECK(tests::same_bits(model.values(), any.values()));
    REQUIRE(a.steps.size() == b.steps.size());
    CHECK(a.steps.back().loss == b.steps.back().loss);
    CHECK(a.validations.back().accuracy == b.validations.back().accuracy);
    CHECK(evaluate(model, SoftmaxCE{}, data).loss == evaluate(any, SoftmaxCE{}, data).loss);
    CHECK(predict_logits(model, data) == predict_logits(any, data));
    CHECK(predict_classes(model, data) == predict_classes(any, data));
    CHECK(summary(model) == summary(any));
  }
}

TEST_CASE("a training of a network built at run time stops and goes on") {
  AnyModel whole_model = any_model(1);
  fit(whole_model, SoftmaxCE{}, SGD{.momentum = 0.9}, data, {.batch_size = 8, .steps = 12});
  AnyModel model = any_model(1);
  Training first(model, SoftmaxCE{}, SGD{.momentum = 0.9}, data, {.batch_size = 8, .steps = 12});
  while (first.steps_done() < 7) first.step();
  AnyModel other = any_model(9);
  Training second(other, SoftmaxCE{}, SGD{.momentum = 0.9}, data, {.batch_size = 8, .steps = 12});
  const auto from = first.state();
  const auto to = second.state();
  REQUIRE(from.tensors.size() == to.tensors.size());
  for (std::size_t i = 0; i < to.tensors.size(); ++i) {
    CHECK(from.tensors[i].name == to.tensors[i].name);
    std::ranges::copy(from.tensors[i].values, to.tensors[i].values.begin());
  }
  second.resume(first.history(), first.stopped());
  second.run();
  CHECK(tests::same_bits(other.values(), whole_model.values()));
}

TEST_CASE("a network built at run time is trained step by step, and in double") {
  using Double = AnyNetworkOf<double>;
  Model<Net, double> model{1};
  Model<Double, double> any(any_network<Net, double>(), 1);
  const auto step = [&](auto& trained) {
    Trainer trainer(trained, SoftmaxCE{}, Adam{}, {.batch_size = 2, .threads = 1});
    const std::vector<double> x(2 * 64, 0.25);
    const std::vector<Label> labels{1, 2};
    return trainer.step(Batch<const double>{x.data(), 2, Net::input}, labels).loss;
  };
  CHECK(step(model) == step(any));
  CHECK(tests::same_bits(model.values(), any.values()));
}

TEST_CASE("a profile of a network built at run time has the stages of the type") {
  const ProfileOptions options{.batch_size = 3, .rounds = 1};
  const auto a = profile_training_step<Net>(SoftmaxCE{}, Adam{}, options);
  const auto b = profile_training_step(any_model(1), SoftmaxCE{}, Adam{}, options);
  REQUIRE(a.stages.size() == b.stages.size());
  for (std::size_t i = 0; i < a.stages.size(); ++i) {
    CHECK(a.stages[i].name == b.stages[i].name);
    CHECK(a.stages[i].description == b.stages[i].description);
    CHECK(a.stages[i].output == b.stages[i].output);
    CHECK(a.stages[i].backward.bytes == b.stages[i].backward.bytes);
  }
  CHECK(a.whole.multiply_adds == b.whole.multiply_adds);
}

TEST_CASE("a loss that does not fit a network built at run time is refused in words") {
  AnyModel images{AnyNetwork({8, 8, 1}, {ReLU{}})};
  const std::string expected =
      ": the loss cannot take outputs of 8x8x1: output is an image put Flatten and Dense behind it "
      "or take PixelSoftmaxCE";
  CHECK(error_message([&] { Trainer(images, SoftmaxCE{}, Adam{}); }) == "Trainer" + expected);
  CHECK(error_message([&] { fit(images, SoftmaxCE{}, Adam{}, data); }) == "Trainer" + expected);
  CHECK(error_message([&] { evaluate(images, SoftmaxCE{}, data); }) == "evaluate" + expected);
  CHECK(error_message([&] { profile_training_step(images, SoftmaxCE{}, Adam{}); }) ==
        "profile" + expected);
}

TEST_CASE("what does not fit a graph is refused in words, with the graph as it was") {
  AnyNetwork network;
  const auto image = network.input({8, 8, 3});
  const auto y = network.add(Conv2DLayer{.filters = 2, .kernel = 3}, {image});
  const auto message = [&](const AnyLayer& layer, std::span<const AnyNetwork::Value> operands) {
    return error_message([&] { network.add(layer, operands); });
  };
  using Values = std::vector<AnyNetwork::Value>;
  CHECK(message(AddLayer{}, Values{image, y}) ==
        "network: layer 2 (add) cannot take 8x8x3 and 8x8x2: its inputs must have one shape");
  CHECK(message(MultiplyLayer{}, Values{image, y}) ==
        "network: layer 2 (multiply) cannot take 8x8x3 and 8x8x2: the second input must have the "
        "shape of the first or one factor for each channel");
  CHECK(message(MultiplyLayer{}, Values{image}) ==
        "network: layer 2 (multiply) cannot take 8x8x3: it takes two inputs");
  CHECK(message(ConcatLayer{}, Values{image, network.input({4, 8, 3})}) ==
        "network: layer 2 (concat) cannot take 8x8x3 and 4x8x3: its inputs must have one height "
        "and width");
  CHECK(message(ReLU{}, Values{image, y}) == "network: layer 2 (relu) takes one input, got 2");
  CHECK(message(ReLU{}, {}) == "network: layer 2 (relu) takes one input, got 0");
  CHECK(message(AddLayer{}, {}) == "network: layer 2 (add) takes one input or more, got 0");
  CHECK(message(AddLayer{}, Values(17, image)) == "network: layer 2 (add) has more than 16 inputs");
  const std::string other = "network: a value of another network was given";
  CHECK(message(ReLU{}, Values{{99}}) == other);
  CHECK(message(ReLU{}, Values{{-1}}) == other);
  CHECK(error_message([&] { network.output({99}); }) == other);
  CHECK(network.graph().nodes.size() == 1);
}

TEST_CASE("a value that nobody reads is refused when the network is to run") {
  AnyNetwork network;
  const auto image = network.input({8, 8, 3});
  network.add(ReLU{}, {image});
  const auto y = network.add(Conv2DLayer{.filters = 2, .kernel = 3}, {image});
  CHECK(
      error_message([&] { AnyModel model(network); }) ==
      "network: nobody reads what layer 1 (relu) makes; make it an output or leave the layer out");
  network.output(y);
  CHECK_FALSE(error_message([&] { AnyModel model(network); }).empty());
  AnyNetwork of_two_inputs;
  const auto first = of_two_inputs.input({8, 8, 3});
  of_two_inputs.input({8, 8, 3});
  of_two_inputs.add(ReLU{}, {first});
  CHECK(error_message([&] { AnyModel model(of_two_inputs); }) == "network: nobody reads input 2");
  CHECK(error_message([&] { AnyModel model{AnyNetwork()}; }) ==
        "network: expected at least one layer, found none");
}

TEST_CASE("the inputs of a network must all be there, of one number of samples") {
  const AnyModel model(tests::build_two_inputs<float>());
  Inference infer(model, 2, 1);
  TrainingPass pass(model, 2, 1);
  const std::vector<float> x(200);
  const Batch<const float> image{x.data(), 2, {6, 5, 2}};
  const Batch<const float> vector{x.data(), 2, {1, 1, 3}};
  using Inputs = std::vector<Batch<const float>>;
  const auto check = [&](const Inputs& inputs, const std::string& expected) {
    CHECK(error_message([&] { infer(model, inputs); }) == "Inference: " + expected);
    CHECK(error_message([&] { pass.forward(model, inputs, {}); }) == "TrainingPass: " + expected);
  };
  check({image}, "the network takes 2 inputs, got 1");
  check({image, vector, vector}, "the network takes 2 inputs, got 3");
  check({image, image}, "the network takes samples of 3, these are 6x5x2");
  check({image, vector.first(1)}, "the first input has 2 samples, input 2 has 1");
  CHECK(infer(model, Inputs{image, vector}).count == 2);
}
