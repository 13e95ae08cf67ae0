#include <tweed/losses/dice.hpp>
#include <tweed/losses/huber.hpp>
#include <tweed/losses/mean_squared_error.hpp>
#include <tweed/losses/pixel_softmax_ce.hpp>
#include <tweed/losses/sigmoid_ce.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/losses/sum_of_losses.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/loss_differences.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

using namespace tweed;

// What the library makes of losses of single samples is tested for all of them.

namespace {

/// One's own: of one output, and of one sample.
struct Quartic {
  static double loss_at(double output, double target) { return std::pow(output - target, 4); }
  template <class T>
  static T slope_at(T output, T target) {
    return T{4} * std::pow(output - target, T{3});
  }
};
struct LargestError {
  template <class T>
  LossSum sample_loss(const Batch<const T>& outputs, std::span<const T> targets) const {
    return {.loss = std::abs(static_cast<double>(outputs.data[worst(outputs, targets)] -
                                                 targets[worst(outputs, targets)])),
            .count = 1};
  }
  template <class T>
  void sample_gradient(const Batch<const T>& outputs, std::span<const T> targets,
                       const Batch<T>& gradient) const {
    std::ranges::fill(gradient.values(), T{});
    const std::size_t at = worst(outputs, targets);
    gradient.data[at] = outputs.data[at] > targets[at] ? T{1} : T{-1};
  }

 private:
  template <class T>
  static std::size_t worst(const Batch<const T>& outputs, std::span<const T> targets) {
    std::size_t at = 0;
    for (std::size_t i = 1; i < targets.size(); ++i)
      if (std::abs(outputs.data[i] - targets[i]) > std::abs(outputs.data[at] - targets[at])) at = i;
    return at;
  }
};

/// A loss of whole batches.
struct OfBatches {
  template <class T>
  LossSum value(const Batch<const T>& outputs, std::span<const T>) const {
    return {.loss = 1.0, .count = outputs.count};
  }
  template <class T>
  LossSum gradient(const Batch<const T>& outputs, std::span<const T> targets,
                   const Batch<T>&) const {
    return value(outputs, targets);
  }
};

constexpr Shape image{9, 7, 3};

std::vector<double> shares(Index count) {
  auto values = tests::numbers<double>(count, 2);
  for (double& value : values) value = (value + 1.0) / 2.0;
  return values;
}
std::vector<Label> labels(Index count) {
  std::vector<Label> of(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < of.size(); ++i) of[i] = static_cast<Label>(i * 7 % 3);
  return of;
}

/// `use(loss, shape, targets)`, of `count` samples.
template <class Use>
void with_each_loss(Index count, const Use& use) {
  const auto numbers = shares(count * image.size());
  use(MeanSquaredError{}, image, numbers);
  use(Huber{.delta = 0.4}, image, numbers);
  use(SigmoidCE{.positive_weight = 2}, image, numbers);
  use(Dice{}, image, numbers);
  use(Quartic{}, image, numbers);
  use(LargestError{}, image, numbers);
  use(SoftmaxCE<>{.class_weights = {1, 2, 0.5}}, Shape{1, 1, 3}, labels(count));
  use(PixelSoftmaxCE{.class_weights = {1, 2, 0.5}}, image,
      labels(count * image.height * image.width));
}

template <class Loss, class Targets>
LossSum run(const Loss& loss, const std::vector<double>& outputs, const Shape& shape,
            const Targets& targets, const LossContext& context, std::vector<double>& gradient) {
  gradient.assign(outputs.size(), 1e30);
  const Index count = std::ssize(outputs) / shape.size();
  return loss_gradient(loss, Batch<const double>{outputs.data(), count, shape}, targets,
                       Batch<double>{gradient.data(), count, shape}, context);
}

}  // namespace

static_assert(ElementwiseLoss<Quartic, float> && ElementwiseLoss<Huber, double>);
static_assert(SampleLoss<SoftmaxCE<>, float, Label> &&
              SampleLoss<SoftmaxCE<>, float, std::span<const float>>);
static_assert(!SampleLoss<SoftmaxCE<>, float, std::span<const Label>>);
static_assert(SampleLoss<PixelSoftmaxCE, float, std::span<const Label>>);
static_assert(!SampleLoss<PixelSoftmaxCE, float, Label>);
static_assert(SampleLoss<Dice, float, std::span<const float>>);

TEST_CASE("losses: the same bits for any number of threads") {
  for (const Index count : {1, 5, 300}) {
    CAPTURE(count);
    with_each_loss(count, [&](const auto& loss, const Shape& shape, const auto& targets) {
      const auto outputs = tests::numbers<double>(count * shape.size(), 1, 3.0);
      std::vector<double> expected, found;
      const LossSum sum = run(loss, outputs, shape, targets, {.threads = 1}, expected);
      for (const int threads : {2, 3, 8}) {
        const LossSum same = run(loss, outputs, shape, targets, {.threads = threads}, found);
        CHECK(same.loss == sum.loss);
        CHECK(same.correct == sum.correct);
        CHECK(same.excess == sum.excess);
        CHECK(found == expected);
        const Batch<const double> batch{outputs.data(), count, shape};
        CHECK(loss_value(loss, batch, targets, {.threads = threads}).loss == sum.loss);
      }
    });
  }
}

TEST_CASE("losses: a weight multiplies a sample's part of loss and gradient, and no divisor") {
  const std::vector<float> weights{0.5F, 0.0F, 3.0F};
  with_each_loss(3, [&](const auto& loss, const Shape& shape, const auto& targets) {
    const auto outputs = tests::numbers<double>(3 * shape.size(), 1, 3.0);
    std::vector<double> plain, weighted, expected;
    const LossSum all = run(loss, outputs, shape, targets, {}, plain);
    const LossSum sum = run(loss, outputs, shape, targets, {.weights = weights}, weighted);
    double total = 0.0;
    const std::size_t of_sample = targets.size() / 3;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto at = static_cast<Index>(i);
      const Batch<const double> one{outputs.data() + at * shape.size(), 1, shape};
      total += static_cast<double>(weights[i]) *
               loss_value(loss, one, std::span(targets).subspan(i * of_sample, of_sample)).loss;
    }
    CHECK(sum.loss == doctest::Approx(total).epsilon(1e-13));
    CHECK(sum.weight() == all.weight());
    CHECK(sum.correct == all.correct);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const auto sample = static_cast<Index>(i) / shape.size();
      expected.push_back(static_cast<double>(weights[static_cast<std::size_t>(sample)]) * plain[i]);
    }
    CHECK(tests::relative_error(weighted, expected) < 1e-14);
    CHECK(tests::error_message([&] {
            run(loss, outputs, shape, targets, {.weights = std::span(weights).first(2)}, weighted);
          }).ends_with(": 3 samples, but 2 weights"));
  });
}

TEST_CASE("losses: the gradient agrees with differences of the mean, with weights") {
  const std::vector<float> weights{0.5F, 2.0F};
  with_each_loss(2, [&](const auto& loss, const Shape& shape, const auto& targets) {
    auto outputs = tests::numbers<double>(2 * shape.size(), 1, 2.0);
    std::vector<double> gradient;
    run(loss, outputs, shape, targets, {.weights = weights}, gradient);
    const auto mean_loss = [&] {
      const Batch<const double> batch{outputs.data(), 2, shape};
      return loss_value(loss, batch, targets, {.weights = weights}).mean_loss();
    };
    const auto differences = tests::loss_differences(outputs, mean_loss);
    CHECK(tests::relative_error(gradient, differences) < 1e-7);
  });
}

TEST_CASE("losses: one of whole batches stays as it is, but knows no weights") {
  const std::vector<double> outputs(4), targets(4);
  const std::vector<float> weights{1, 2};
  std::vector<double> gradient(4);
  const Batch<const double> batch{outputs.data(), 2, {1, 1, 2}};
  CHECK(loss_value(OfBatches{}, batch, std::span(targets)).mean_loss() == 0.5);
  CHECK(tests::error_message(
            [&] { loss_value(OfBatches{}, batch, std::span(targets), {.weights = weights}); }) ==
        "loss: it is one of whole batches, which knows no weights of samples; say what it is of "
        "one sample, or leave the weights out");
  CHECK(tests::error_message([&] {
          loss_gradient(OfBatches{}, batch, std::span(targets),
                        Batch<double>{gradient.data(), 2, {1, 1, 2}}, {.weights = weights});
        }).starts_with("loss: it is one of whole batches"));
}

TEST_CASE("losses: what they are called in messages") {
  CHECK(detail::type_name("softmax_ce") == "SoftmaxCE");
  CHECK(detail::type_name("mean_squared_error") == "MeanSquaredError");
  CHECK(detail::loss_name<Quartic>() == "loss");
}

TEST_CASE("SumOfLosses: weights of samples for all outputs, or for each") {
  const SumOfLosses loss{SoftmaxCE{}, Weighted{MeanSquaredError{}, 0.5}};
  const auto logits = tests::numbers<double>(9, 1);
  const auto places = tests::numbers<double>(3, 2);
  const std::array batches{Batch<const double>{logits.data(), 3, {1, 1, 3}},
                           Batch<const double>{places.data(), 3, {1, 1, 1}}};
  const std::vector<double> wanted{1, 2, 3};
  const auto targets = std::tuple(labels(3), wanted);
  const std::vector<float> first{1, 0, 2}, second{0.5F, 1, 1};
  const double of_class = loss_value(SoftmaxCE{}, batches[0], labels(3), {.weights = first}).loss;
  const auto of_place = [&](std::span<const float> weights) {
    return loss_value(MeanSquaredError{}, batches[1], wanted, {.weights = weights}).loss;
  };
  const std::array<std::span<const float>, 2> each{first, second};
  CHECK(loss.value(batches, targets, std::span<const float>(first)).loss ==
        of_class + 0.5 * of_place(first));
  CHECK(loss.value(batches, targets, each, 2).loss == of_class + 0.5 * of_place(second));
}

TEST_CASE("SumOfLosses: the mean is the sum of the means, whatever those are over") {
  const SumOfLosses loss{Weighted{SoftmaxCE<>{.class_weights = {1, 3, 0.5}}, 2.0},
                         PixelSoftmaxCE{}};
  const auto logits = tests::numbers<double>(6, 1);
  const auto images = tests::numbers<double>(2 * image.size(), 2);
  const std::array batches{Batch<const double>{logits.data(), 2, {1, 1, 3}},
                           Batch<const double>{images.data(), 2, image}};
  const LossSums<2> sum =
      loss.value(batches, std::tuple(labels(2), labels(2 * image.height * image.width)));
  CHECK(sum.mean_loss() ==
        doctest::Approx(2.0 * sum.outputs[0].mean_loss() + sum.outputs[1].mean_loss()));
  CHECK(sum.accuracy() == sum.outputs[0].accuracy());
}
