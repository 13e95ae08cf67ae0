#include <tweed/augment/augmentations.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/two_heads.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::TwoHeads;
using tests::TwoHeadsData;

namespace {

const TwoHeadsData training_data = tests::two_heads_data(37, 1);
const TwoHeadsData validation_data = tests::two_heads_data(21, 2);

FitOptions everything(int threads, Index batch_size = 8) {
  return {.batch_size = batch_size,
          .steps = 23,
          .seed = 3,
          .threads = threads,
          .clip_norm = 0.5,
          .augmentation = Compose{RandomCrop{.padding = 1}, RandomHorizontalFlip{}},
          .schedule = PlateauSchedule{.patience = 1, .factor = 0.5},
          .early_stopping = EarlyStopping{.patience = 3}};
}

template <class M>
History train(M& model, const FitOptions& options) {
  return fit(model, tests::two_heads_loss(), Adam{.learning_rate = 0.02}, training_data,
             validation_data, options);
}

/// Steps as they are written by hand; `losses` gets that of each.
std::vector<float> weights_by_hand(double weight, Index batch_size, Index steps,
                                   std::vector<double>& losses) {
  const auto& [images, numbers, places] = training_data.parts();
  Model<TwoHeads> model{5};
  TrainingPass<TwoHeads> pass(batch_size, 1);
  const Adam adam;
  auto state = adam.make_state<float>(TwoHeads::block_size);
  BatchOrder order(images.size(), batch_size, 7);
  std::vector<float> of_images(static_cast<std::size_t>(batch_size * 64));
  for (Index step = 0; step < steps; ++step) {
    const auto positions = order.batch(step);
    const Index count = std::ssize(positions);
    std::vector<float> of_numbers;
    std::vector<float> of_places;
    std::vector<Label> labels(positions.size());
    for (const Index at : positions) {
      const auto number = numbers.samples.begin() + 3 * at;
      of_numbers.insert(of_numbers.end(), number, number + 3);
      const auto place = places.targets.begin() + 2 * at;
      of_places.insert(of_places.end(), place, place + 2);
    }
    gather(images, positions, Batch<float>{of_images.data(), count, {8, 8, 1}}, std::span(labels));
    const std::array<Batch<const float>, 2> inputs{
        Batch<const float>{of_images.data(), count, {8, 8, 1}},
        Batch<const float>{of_numbers.data(), count, {1, 1, 3}}};
    pass.forward(model, inputs, {.seed = 7, .step = static_cast<std::uint64_t>(step)});
    const LossSum first = SoftmaxCE<>{.label_smoothing = 0.1}.gradient(pass.output(0), labels,
                                                                       pass.output_gradient(0));
    const LossSum second = MeanSquaredError{}.gradient(
        pass.output(1), std::span<const float>(of_places), pass.output_gradient(1));
    for (float& value : pass.output_gradient(1).values()) value *= static_cast<float>(weight);
    losses.push_back((first.loss + weight * second.loss) / static_cast<double>(count));
    pass.backward(model);
    adam.update<float>(state, model.parameters(), pass.gradients(), 1);
    pass.commit(model);
  }
  return {model.parameters().begin(), model.parameters().end()};
}

}  // namespace

TEST_CASE("several outputs: fit takes the steps of a loop by hand, to the bit") {
  for (const Index batch_size : {1, 8, 37}) {
    CAPTURE(batch_size);
    std::vector<double> losses;
    const auto expected = weights_by_hand(0.3, batch_size, 11, losses);
    Model<TwoHeads> model{5};
    const History history = fit(model, tests::two_heads_loss(0.3), Adam{}, training_data,
                                {.batch_size = batch_size, .steps = 11, .seed = 7, .threads = 1});
    CHECK(tests::same_bits(model.parameters(), std::span<const float>(expected)));
    for (std::size_t i = 0; i < losses.size(); ++i) {
      CHECK(history.steps[i].loss == doctest::Approx(losses[i]).epsilon(1e-12));
    }
  }
}

TEST_CASE("several outputs: both kinds of network, any number of threads, the same bits") {
  Model<TwoHeads> expected{1};
  const History history = train(expected, everything(1));
  CHECK(history.steps.size() > 5);
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Model<TwoHeads> model{1};
    AnyModel any(any_network<TwoHeads>(), 1);
    const History of_model = train(model, everything(threads));
    const History of_any = train(any, everything(threads));
    CHECK(tests::same_bits(model.values(), expected.values()));
    CHECK(tests::same_bits(any.values(), expected.values()));
    CHECK(of_model.steps.back().loss == history.steps.back().loss);
    CHECK(of_any.validations.back().loss == history.validations.back().loss);
    CHECK(predict_logits(any, training_data, {.threads = threads, .output = 1}) ==
          predict_logits(expected, training_data, {.output = 1}));
  }
}

TEST_CASE("several outputs: what is learnt by heart") {
  Model<TwoHeads> model{1};
  const auto loss = tests::two_heads_loss(2.0);
  const auto before = evaluate(model, loss, training_data);
  fit(model, loss, Adam{.learning_rate = 0.01}, training_data, {.batch_size = 8, .epochs = 120});
  const auto [sum, accuracy, outputs] = evaluate(model, loss, training_data);
  CHECK(sum < before.loss);
  CHECK(accuracy == 1.0);
  CHECK(outputs[1].loss < 0.2 * before.outputs[1].loss);
}

TEST_CASE("several outputs: evaluate adds up the losses of the outputs") {
  const Model<TwoHeads> model{4};
  const auto& [images, numbers, places] = training_data.parts();
  const auto first = predict_logits(model, training_data);
  const auto second = predict_logits(model, training_data, {.batch_size = 5, .output = 1});
  const SoftmaxCE<> cross_entropy{.label_smoothing = 0.1};
  const LossSum of_class =
      cross_entropy.value(Batch<const float>{first.data(), 37, {1, 1, 4}}, images.labels);
  const LossSum of_place = MeanSquaredError{}.value(
      Batch<const float>{second.data(), 37, {1, 1, 2}}, std::span(places.targets));
  for (const Index batch_size : {1, 8, 1000}) {
    const auto found =
        evaluate(model, tests::two_heads_loss(0.3), training_data, {.batch_size = batch_size});
    CHECK(found.outputs[0].loss == doctest::Approx(of_class.mean_loss()).epsilon(1e-6));
    CHECK(found.outputs[0].accuracy == of_class.accuracy());
    CHECK(found.outputs[1].loss == doctest::Approx(of_place.mean_loss()).epsilon(1e-6));
    CHECK(found.outputs[1].accuracy == 0.0);
    CHECK(found.accuracy == of_class.accuracy());
    CHECK(found.loss ==
          doctest::Approx(found.outputs[0].loss + 0.3 * found.outputs[1].loss).epsilon(1e-12));
  }
  const auto prepared = evaluate(PreparedModel(model, 8), tests::two_heads_loss(), training_data);
  CHECK(prepared.outputs[1].loss == doctest::Approx(of_place.mean_loss()).epsilon(1e-4));
}

TEST_CASE("several outputs: hooks are told of each") {
  Model<TwoHeads> model{1};
  const auto loss = tests::two_heads_loss(0.3);
  int steps = 0;
  int epochs = 0;
  fit(model, loss, Adam{}, training_data, validation_data,
      {.batch_size = 8,
       .epochs = 2,
       .on_step =
           [&](const StepReport& report) {
             ++steps;
             REQUIRE(report.outputs.size() == 2);
             CHECK(report.batch.loss ==
                   doctest::Approx(report.outputs[0].loss + 0.3 * report.outputs[1].loss));
             CHECK(report.batch.correct == report.outputs[0].correct);
             CHECK(report.outputs[1].count == report.batch.count);
           },
       .on_epoch =
           [&](const EpochReport& report) {
             ++epochs;
             const auto found = evaluate(model, loss, validation_data);
             CHECK(report.validation->loss == found.loss);
             REQUIRE(report.validation_outputs.size() == 2);
             CHECK(report.validation_outputs[1].loss == found.outputs[1].loss);
           }});
  CHECK(steps == 10);
  CHECK(epochs == 2);
  Training training(model, loss, Adam{}, training_data, {.batch_size = 8});
  CHECK(training.step().outputs.size() == 2);
}

TEST_CASE("several outputs: the gradient of the sum is that of its differences") {
  using Net = Sequential<Input<4, 3, 1>, Conv2D<2, 3>, Flatten, As<"seen">, Input<2>,
                         Concat<From<"seen">>, Dense<5>, As<"both">, Dense<3>, Output<"a">,
                         From<"both">, Dense<2>, Output<"b">, From<"both">, Dense<4>, Output<"c">>;
  Model<Net, double> model{3};
  const SumOfLosses loss{Weighted{SoftmaxCE{}, 0.7}, MeanSquaredError{},
                         Weighted{SoftmaxCE{}, 1.3}};
  const std::vector<Label> first{0, 2, 1};
  const std::vector<double> second{0.1, -0.4, 0.6, 0.2, 1.1, 0.3};
  const std::vector<Label> third{3, 0, 2};
  const auto targets = std::tuple(std::span(first), std::span(second), std::span(third));
  std::vector<double> image;
  for (std::uint64_t i = 0; i < 42; ++i) image.push_back(random_uniform({.seed = 4}, i) - 0.5);
  const std::array<Batch<const double>, 2> inputs{
      Batch<const double>{image.data(), 3, {4, 3, 1}},
      Batch<const double>{image.data() + 36, 3, {1, 1, 2}}};
  TrainingPass<Net, double> pass(3, 1);
  const auto outputs = [&] { return std::array{pass.output(0), pass.output(1), pass.output(2)}; };
  const auto mean = [&] {
    pass.forward(model, inputs, {});
    return loss.value(outputs(), targets).mean_loss();
  };
  pass.forward(model, inputs, {});
  const std::array gradients{pass.output_gradient(0), pass.output_gradient(1),
                             pass.output_gradient(2)};
  const auto sum = loss.gradient(outputs(), targets, gradients);
  pass.backward(model);
  const std::vector<double> found(pass.gradients().begin(), pass.gradients().end());
  CHECK(sum.mean_loss() == mean());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    double& parameter = model.parameters()[i];
    const double before = parameter;
    parameter = before + 1e-5;
    const double above = mean();
    parameter = before - 1e-5;
    const double below = mean();
    parameter = before;
    CHECK(found[i] == doctest::Approx((above - below) / 2e-5).epsilon(1e-6).scale(1.0));
  }
}

TEST_CASE("several inputs, one output: any loss, and the targets of whatever part has them") {
  using Net = Sequential<Input<8, 8, 1>, Flatten, Dense<5>, As<"seen">, Input<3>,
                         Concat<From<"seen">>, ReLU, Dense<4>>;
  const auto& [images, numbers, places] = training_data.parts();
  const ZipDataset data{images, numbers};
  const ZipDataset apart{Samples<std::uint8_t>{images.shape, images.images}, numbers,
                         Labels{images.labels}};
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, Adam{}, data, data, {.batch_size = 7, .epochs = 3, .seed = 2});
  Model<Net> same{1};
  fit(same, SumOfLosses{SoftmaxCE{}}, Adam{}, apart, apart,
      {.batch_size = 7, .epochs = 3, .seed = 2});
  CHECK(tests::same_bits(model.values(), same.values()));
  const Evaluation found = evaluate(model, SoftmaxCE{}, data);
  CHECK(found.loss == evaluate(same, SumOfLosses{SoftmaxCE{}}, apart).outputs[0].loss);
  // A step by hand.
  std::vector<float> pixels(2 * 64, 0.25F);
  const std::array<Batch<const float>, 2> inputs{
      Batch<const float>{pixels.data(), 2, {8, 8, 1}},
      Batch<const float>{numbers.samples.data(), 2, {1, 1, 3}}};
  Trainer trainer(model, SoftmaxCE{}, Adam{}, {.batch_size = 2});
  const std::vector<Label> labels{1, 3};
  CHECK(trainer.step(inputs, labels).count == 2);
  CHECK(error_message([&] { trainer.step(inputs[0], labels); }) ==
        "TrainingPass: the network takes 2 inputs, got 1");
}

TEST_CASE("one input, several outputs: a Trainer by hand takes a tuple of targets") {
  using Net = Sequential<Input<3>, Dense<8>, ReLU, As<"x">, Dense<2>, Output<"class">, From<"x">,
                         Dense<1>, Output<"size">>;
  Model<Net> model{1};
  Trainer trainer(model, SumOfLosses{SoftmaxCE{}, MeanSquaredError{}}, Adam{}, {.batch_size = 2});
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  const std::vector<Label> labels{0, 1};
  const std::vector<float> sizes{0.5F, 1.5F};
  const Batch<const float> batch{x.data(), 2, {1, 1, 3}};
  const LossSums<2> sums = trainer.step(batch, std::tuple(labels, sizes));
  CHECK(sums.loss == doctest::Approx(sums.outputs[0].loss + sums.outputs[1].loss));
  CHECK(error_message([&] { trainer.step(batch, std::tuple(labels, std::vector<float>(3))); }) ==
        "MeanSquaredError: 2 samples of 1 outputs, but 3 targets");
  CHECK(trainer.steps() == 1);
}

TEST_CASE("several outputs: what does not fit is refused in words") {
  AnyModel any(any_network<TwoHeads>(), 1);
  const auto loss = tests::two_heads_loss();
  const std::string counts =
      ": the network has another number of outputs, 2, than the loss is of, 1; give SumOfLosses "
      "one loss for each";
  const Dataset<> images = tests::bars(8, 8, 4);
  CHECK(error_message([&] {
          fit(any, SoftmaxCE{}, Adam{},
              ZipDataset{images, Samples<float>{{1, 1, 3}, std::vector<float>(24)}});
        }) == "Trainer" + counts);
  CHECK(error_message([&] { evaluate(any, SoftmaxCE{}, images); }) == "evaluate" + counts);
  CHECK(error_message([&] { fit(any, SoftmaxCE{}, Adam{}, images); }) ==
        "data set: it has samples for 1 of the network's 2 inputs; put one part for each into a "
        "ZipDataset");
  const ZipDataset two_labels{images, Samples<float>{{1, 1, 3}, std::vector<float>(24)},
                              Labels{std::vector<Label>(8)}};
  CHECK(error_message([&] {
          evaluate(any, SumOfLosses{SoftmaxCE<4>{}, SoftmaxCE<3>{}}, two_labels);
        }) ==
        "evaluate: the loss of output 2 cannot take outputs of 2: output has another number of "
        "classes");
  CHECK(error_message([&] { evaluate(any, loss, training_data, {.output = 1}); }) ==
        "evaluate: an output was chosen, but all of them are evaluated");
  CHECK(error_message([] {
          SumOfLosses{SoftmaxCE{}, Weighted{SoftmaxCE{}, -1.0}};
        }) == "Weighted: weight is -1, it must be finite and at least 0");
  const TwoHeadsData empty = tests::two_heads_data(0, 1);
  CHECK(error_message([&] { fit(any, loss, Adam{}, empty); }) == "batches: the data set is empty");
  CHECK(error_message([&] { fit(any, loss, Adam{}, training_data, empty); }) ==
        "training: the validation data set is empty");
  CHECK(error_message([&] { evaluate(any, loss, empty); }) == "evaluate: the data set is empty");
  CHECK(predict_logits(any, empty, {.output = 1}).empty());
}
