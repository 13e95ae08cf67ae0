#include <tweed/losses/dice.hpp>
#include <tweed/losses/huber.hpp>
#include <tweed/losses/mean_absolute_error.hpp>
#include <tweed/losses/sigmoid_ce.hpp>
#include <known_answers/pytorch.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/guarded.hpp>
#include <support/loss_differences.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;

// Losses with a target for each output. What they have in common is tested for all of them.

namespace {

template <class T>
Batch<const T> batch_of(const std::vector<T>& outputs, const Shape& shape) {
  return {outputs.data(), std::ssize(outputs) / shape.size(), shape};
}

/// Targets in [0, 1], which all of these losses take.
std::vector<double> shares(Index count, std::uint32_t stream) {
  auto values = tests::numbers<double>(count, stream);
  for (double& value : values) value = (value + 1.0) / 2.0;
  return values;
}

template <class T, class Loss>
std::vector<T> gradient_of(const Loss& loss, const std::vector<T>& outputs,
                           const std::vector<T>& targets, const Shape& shape) {
  tests::Guarded<T> gradient(std::ssize(outputs));
  const auto batch = batch_of(outputs, shape);
  const LossSum sum = loss.gradient(batch, targets, Batch<T>{gradient.data(), batch.count, shape});
  CHECK(gradient.intact());
  CHECK(sum.loss == loss.value(batch, targets).loss);
  return gradient.copy();
}

template <class Loss, class Answer>
void check_answer(const Loss& loss, const std::vector<double>& targets, const Shape& shape,
                  double expected, const Answer& gradient) {
  CAPTURE(std::string(Loss::name));
  const auto outputs = tests::numbers<double>(20, 1, 3.0);
  CHECK(loss.value(batch_of(outputs, shape), targets).mean_loss() ==
        doctest::Approx(expected).epsilon(1e-14));
  CHECK(tests::relative_error(gradient_of(loss, outputs, targets, shape), gradient) < 1e-13);
  CHECK(tests::relative_error(gradient_of(loss, tests::converted<float>(outputs),
                                          tests::converted<float>(targets), shape),
                              gradient) < 1e-6);
}

template <class Use>
void with_each_loss(const Use& use) {
  use(MeanAbsoluteError{}, "MeanAbsoluteError");
  use(Huber{.delta = 0.7}, "Huber");
  use(SigmoidCE{}, "SigmoidCE");
  use(SigmoidCE{.positive_weight = 2.5}, "SigmoidCE");
  use(Dice{}, "Dice");
  use(Dice{.smooth = 0.1}, "Dice");
}

}  // namespace

TEST_CASE("elementwise losses: give what PyTorch gives") {
  namespace answers = tests::pytorch;
  const auto targets = tests::numbers<double>(20, 2);
  const Shape vector{1, 1, 5};
  check_answer(MeanAbsoluteError{}, targets, vector, answers::mean_absolute_error_loss,
               answers::mean_absolute_error_gradient);
  check_answer(Huber{.delta = 0.7}, targets, vector, answers::huber_loss, answers::huber_gradient);
  check_answer(SigmoidCE{}, shares(20, 2), vector, answers::sigmoid_ce_loss,
               answers::sigmoid_ce_gradient);
  check_answer(SigmoidCE{.positive_weight = 2.5}, shares(20, 2), vector,
               answers::sigmoid_ce_weighted_loss, answers::sigmoid_ce_weighted_gradient);
  check_answer(Dice{}, shares(20, 2), {5, 1, 2}, answers::dice_loss, answers::dice_gradient);
}

TEST_CASE("elementwise losses: the gradient agrees with differences of the mean loss") {
  with_each_loss([](const auto& loss, const char*) {
    for (const Shape shape : {Shape{1, 1, 1}, Shape{2, 1, 7}, Shape{2, 3, 2}}) {
      auto outputs = tests::numbers<double>(3 * shape.size(), 1, 2.0);
      const auto targets = shares(3 * shape.size(), 5);
      const auto mean_loss = [&] {
        return loss.value(batch_of(outputs, shape), targets).mean_loss();
      };
      const auto gradient = gradient_of(loss, outputs, targets, shape);
      const auto differences = tests::loss_differences(outputs, mean_loss);
      CHECK(tests::relative_error(gradient, differences) < 1e-8);
    }
  });
}

TEST_CASE("elementwise losses: no samples, no loss; a target for each output") {
  const std::vector<float> outputs(6);
  with_each_loss([&](const auto& loss, const char* name) {
    const auto value = [&](Index count, const std::vector<float>& targets) {
      return loss.value(Batch<const float>{outputs.data(), count, {1, 3, 1}}, targets);
    };
    CHECK(value(0, {}).loss == 0.0);
    CHECK(tests::error_message([&] {
            value(2, {0, 0, 0, 0, 0});
          }) == std::string(name) + ": 2 samples of 1x3x1 outputs, but 5 targets");
  });
}

TEST_CASE("MeanAbsoluteError and Huber: where the error is none, and beyond delta") {
  CHECK(MeanAbsoluteError::slope_at(2.0, 2.0) == 0.0);
  CHECK(Huber{}.slope_at(3.0F, 3.0F) == 0.0F);
  CHECK(Huber{}.loss_at(1.0, 0.0) == 0.5);
  CHECK(Huber{}.loss_at(-3.0, 0.0) == 2.5);
  CHECK(Huber{.delta = 2}.slope_at(-5.0, 0.0) == -2.0);
  const std::vector<float> one{1};
  CHECK(tests::error_message([&] {
          Huber{.delta = 0}.value(batch_of(one, {1, 1, 1}), one);
        }) == "Huber: delta is 0, it must be finite and above 0");
}

TEST_CASE("SigmoidCE: large logits do not overflow, and samples count where all is right") {
  const std::vector<float> logits{1000, -1000, 1000, -1000, 1, -1};
  const std::vector<float> targets{1, 0, 0, 1, 1, 1};
  const LossSum sum = SigmoidCE{}.value(batch_of(logits, {1, 1, 2}), targets);
  CHECK(sum.count == 3);
  CHECK(sum.correct == 1);
  CHECK(sum.loss == doctest::Approx(1000.0 + (std::log1p(std::exp(-1.0)) * 2.0 + 1.0) / 2.0));
  const auto gradient = gradient_of(SigmoidCE{}, logits, targets, {1, 1, 2});
  CHECK(gradient[0] == 0.0F);
  CHECK(gradient[2] == doctest::Approx(1.0 / 6.0));
}

TEST_CASE("SigmoidCE and Dice: targets are shares") {
  const std::vector<float> logits(4);
  for (const float wrong : {-0.1F, 1.5F, std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> targets{0, 1, 0.5F, wrong};
    const auto message = [&](const auto& loss) {
      return tests::error_message([&] { loss.value(batch_of(logits, {2, 1, 1}), targets); });
    };
    CHECK(message(SigmoidCE{}).starts_with("SigmoidCE: a target of sample 1 is "));
    CHECK(message(Dice{}).ends_with(", expected 0 to 1"));
  }
}

TEST_CASE("Dice: what is found exactly, what is not at all, and empty masks") {
  const std::vector<double> logits{50, -50, 50, -50};
  const auto loss_of = [&](const std::vector<double>& masks) {
    return Dice{}.value(batch_of(logits, {4, 1, 1}), masks).loss;
  };
  CHECK(loss_of({1, 0, 1, 0}) == doctest::Approx(0.0).epsilon(1e-12));
  CHECK(loss_of({0, 1, 0, 1}) == doctest::Approx(1.0 - 1.0 / 5.0));
  CHECK(loss_of({0, 0, 0, 0}) == doctest::Approx(1.0 - 1.0 / 3.0));
  CHECK(Dice::fit({1, 1, 4}).why == Dice::Why::output_is_no_image);
}
