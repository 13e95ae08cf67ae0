#include <tweed/augment/augmentations.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>
#include <support/two_heads.hpp>

#include <algorithm>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<8, 8, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dense<4>>;

const Dataset<> data = tests::bars(37, 8, 4, 1);

std::vector<float> weights_of(const Model<Net>& model) {
  return {model.parameters().begin(), model.parameters().end()};
}

/// Of those that see the targets, one that needs memory, and one that knows the epoch.
Compose everything() {
  return {RandomCrop{.padding = 1}, AlternatingFlip{}, RandomAffine{.degrees = 10}, MixUp{},
          CutMix{}};
}

/// Writes down what it is told.
struct Listener {
  std::vector<Index>* epochs;
  std::vector<Index>* positions;

  void operator()(const AugmentPass<float>& pass) const {
    epochs->push_back(pass.epoch);
    positions->insert(positions->end(), pass.positions.begin(), pass.positions.end());
    CHECK(std::ssize(pass.positions) == pass.x.count);
    CHECK(std::ssize(pass.scratch) >= pass.threads * pass.x.shape.size());
    for (Index i = 0; i < pass.x.count; ++i) {
      const Index position = pass.positions[static_cast<std::size_t>(i)];
      const auto pixel = data.images[static_cast<std::size_t>(position * 64 + 9)];
      CHECK(pass.x.sample(i)[9] == static_cast<float>(pixel) * (1.0F / 255.0F));
    }
  }
};

/// Takes labels alone.
struct OfLabels {
  static constexpr auto fit(const Shape& shape) { return SoftmaxCE<>::fit(shape); }
  template <class T>
  LossSum value(const Batch<const T>& outputs, std::span<const Label> labels) const {
    return SoftmaxCE{}.value(outputs, labels);
  }
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, std::span<const Label> labels,
                   const Batch<T>& gradient) const {
    return SoftmaxCE{}.gradient(outputs, labels, gradient);
  }
};

}  // namespace

TEST_CASE("an augmentation knows the epoch and the places of the samples, in parts of steps too") {
  std::vector<Index> epochs;
  std::vector<Index> positions;
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, Adam{}, data,
      {.batch_size = 8,
       .epochs = 2,
       .accumulate = 2,
       .augmentation = Listener{&epochs, &positions}});
  CHECK(epochs == std::vector<Index>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  REQUIRE(positions.size() == 74);
  std::sort(positions.begin(), positions.end());
  for (std::size_t i = 0; i < positions.size(); ++i) CHECK(positions[i] == Index(i / 2));
}

TEST_CASE("mixed labels reach the loss: the steps are those written by hand") {
  constexpr Index batch_size = 10;
  Model<Net> model{1};
  const History history =
      fit(model, SoftmaxCE{}, Adam{}, data,
          {.batch_size = batch_size, .steps = 6, .seed = 2, .augmentation = MixUp{.alpha = 0.4}});

  Model<Net> by_hand{1};
  Trainer trainer(by_hand, SoftmaxCE{}, Adam{}, {.batch_size = batch_size, .seed = 2});
  BatchOrder order(data.size(), batch_size, 2);
  for (Index step = 0; step < 6; ++step) {
    const auto positions = order.batch(step);
    const Index count = std::ssize(positions);
    std::vector<float> pixels(static_cast<std::size_t>(count * 64));
    std::vector<Label> labels(positions.size());
    const Batch<float> x{pixels.data(), count, Net::input};
    gather(data, positions, x, std::span(labels));
    std::vector<float> shares(static_cast<std::size_t>(count * 4));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      shares[4 * i + static_cast<std::size_t>(labels[i])] = 1.0F;
    }
    MixUp{.alpha = 0.4}(AugmentPass<float>{.x = x,
                                           .key = {.seed = 2,
                                                   .step = static_cast<std::uint64_t>(step),
                                                   .use = RandomUse::augment}},
                        Batch<float>{shares.data(), count, {1, 1, 4}});
    const LossSum loss = trainer.step(x, std::span<const float>(shares));
    CHECK(history.steps[static_cast<std::size_t>(step)].loss == loss.mean_loss());
    CHECK(history.steps[static_cast<std::size_t>(step)].accuracy == loss.accuracy());
  }
  CHECK(weights_of(model) == weights_of(by_hand));
}

TEST_CASE("what sees the targets trains to the same bits for any number of threads") {
  const auto trained = [](int threads) {
    Model<Net> model{1};
    fit(model, SoftmaxCE<>{.label_smoothing = 0.1}, Adam{.learning_rate = 0.01}, data, data,
        {.batch_size = 8,
         .steps = 12,
         .seed = 3,
         .threads = threads,
         .accumulate = 2,
         .augmentation = everything()});
    return weights_of(model);
  };
  const auto one = trained(1);
  for (const int threads : {2, 3, 8}) CHECK(trained(threads) == one);
}

TEST_CASE("targets of a regression are mixed as numbers; what they were stays in the data") {
  using Regression = Sequential<Input<2>, Dense<2>>;
  RegressionDataset<double> numbers{{1, 1, 2}, {1, 2, 3, 4, 5, 6}, 2, {1, 0, 0, 1, 2, 2}};
  std::vector<double> seen;
  const auto listen = [&](const AugmentPass<double>& pass, const Batch<double>& targets) {
    CHECK(targets.shape == Shape{1, 1, 2});
    CHECK(targets.count == pass.x.count);
    for (double& target : targets.values()) target *= 10.0;
    seen.insert(seen.end(), targets.values().begin(), targets.values().end());
  };
  Model<Regression, double> model{1};
  const double before = evaluate(model, MeanSquaredError{}, numbers).loss;
  const auto changed = fit(model, MeanSquaredError{}, SGD{.learning_rate = 1e-3}, numbers,
                           {.batch_size = 3, .steps = 1, .augmentation = listen});
  std::sort(seen.begin(), seen.end());
  CHECK(seen == std::vector<double>{0, 0, 10, 10, 20, 20});
  CHECK(changed.steps[0].loss != doctest::Approx(before));
  CHECK(numbers.targets == std::vector<float>{1, 0, 0, 1, 2, 2});
  fit(model, MeanSquaredError{}, SGD{.learning_rate = 1e-3}, numbers,
      {.batch_size = 2, .steps = 3, .augmentation = MixUp{}});
}

TEST_CASE("an augmentation that cannot work is refused before the first step") {
  Model<Net> model{1};
  const auto said = [&](const AnyAugmentation& augmentation) {
    return error_message(
        [&] { Training(model, SoftmaxCE{}, Adam{}, data, {.augmentation = augmentation}); });
  };
  CHECK(said(Compose{MixUp{}, Cutout{.size = 9}}) ==
        "Cutout: size is 9, it must be 1 to 8 for images of 8x8x1");
  CHECK(said(MixUp{.alpha = -1}) == "MixUp: alpha is -1, it must be finite and above 0");
  CHECK(error_message(
            [&] { Training(model, OfLabels{}, Adam{}, data, {.augmentation = MixUp{}}); }) ==
        "augmentation: it turns labels into probabilities of classes, which the loss does not "
        "take; SoftmaxCE does");
  auto weighted = data;
  weighted.weights.assign(weighted.labels.size(), 0.5F);
  CHECK(error_message(
            [&] { Training(model, SoftmaxCE{}, Adam{}, weighted, {.augmentation = MixUp{}}); }) ==
        "augmentation: it mixes targets, but not the weights of samples, which these data have");
  Model<tests::TwoHeads> of_two{1};
  const auto two_heads_data = tests::two_heads_data(16, 1);
  CHECK(error_message([&] {
          Training(of_two, tests::two_heads_loss(), Adam{}, two_heads_data,
                   {.augmentation = MixUp{}});
        }) ==
        "augmentation: it changes targets, which the network must have one of, for one input and "
        "a loss that is no SumOfLosses");
}
