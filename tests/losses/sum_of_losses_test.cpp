#include <tweed/losses/mean_squared_error.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <tweed/losses/sum_of_losses.hpp>
#include <known_answers/pytorch.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

const std::vector<double> logits{0.5, -1.0, 2.0, 0.0, 1.0, 1.5};
const std::vector<double> numbers{0.25, 4.0};
const std::vector<Label> labels{2, 0};
const std::vector<double> wanted{1.0, 3.5};

const std::array outputs{Batch<const double>{logits.data(), 2, {1, 1, 3}},
                         Batch<const double>{numbers.data(), 2, {1, 1, 1}}};

/// One's own, which does not say what it is.
struct Nameless {
  template <class T>
  LossSum value(const Batch<const T>& batch, std::span<const Label>) const {
    return {.count = batch.count};
  }
};

}  // namespace

TEST_CASE("SumOfLosses: losses and gradients, each times its weight") {
  const SumOfLosses loss{Weighted{SoftmaxCE{}, 0.25}, Weighted{MeanSquaredError{}, 3.0}};
  const auto targets = std::tuple(labels, wanted);
  const LossSum first = SoftmaxCE{}.value(outputs[0], labels);
  const LossSum second = MeanSquaredError{}.value(outputs[1], std::span(wanted));
  const LossSums<2> value = loss.value(outputs, targets);
  CHECK(value.loss == 0.25 * first.loss + 3.0 * second.loss);
  CHECK(value.correct == first.correct);
  CHECK(value.count == 2);
  CHECK(value.outputs[0].loss == first.loss);
  CHECK(value.outputs[1].loss == second.loss);

  std::vector<double> found(8);
  std::vector<double> expected(8);
  const auto places = [](std::vector<double>& to) {
    return std::array{Batch<double>{to.data(), 2, {1, 1, 3}},
                      Batch<double>{to.data() + 6, 2, {1, 1, 1}}};
  };
  CHECK(loss.gradient(outputs, targets, places(found)).loss == value.loss);
  SoftmaxCE{}.gradient(outputs[0], labels, places(expected)[0]);
  MeanSquaredError{}.gradient(outputs[1], std::span(wanted), places(expected)[1]);
  for (std::size_t i = 0; i < 8; ++i) CHECK(found[i] == expected[i] * (i < 6 ? 0.25 : 3.0));
}

TEST_CASE("SumOfLosses: of one output it is the loss") {
  const SumOfLosses loss{SoftmaxCE<>{.label_smoothing = 0.1}};
  const std::array one{outputs[0]};
  const double expected = SoftmaxCE<>{.label_smoothing = 0.1}.value(outputs[0], labels).loss;
  CHECK(loss.value(one, labels).loss == expected);
  CHECK(loss.value(one, std::tuple(labels)).loss == expected);
}

TEST_CASE("SumOfLosses: sums add up, output by output") {
  LossSums<2> sum;
  const LossSums<2> some{{LossSum{.loss = 1.0, .correct = 1, .count = 2},
                          LossSum{.loss = 4.0, .correct = 0, .count = 2}},
                         {1.0, 0.5}};
  CHECK(some.loss == 3.0);
  sum += some;
  sum += some;
  CHECK(sum.mean_loss() == 1.5);
  CHECK(sum.loss == 6.0);
  CHECK(sum.count == 4);
  CHECK(sum.accuracy() == 0.5);
  CHECK(sum.outputs[1].loss == 8.0);
  CHECK(sum.outputs[1].count == 4);
}

TEST_CASE("SumOfLosses: over batches it is what PyTorch makes of all samples") {
  const auto z = tests::numbers<double>(20, 1, 3.0);
  const auto to = tests::numbers<double>(20, 2);
  const std::vector<Label> classes{0, 4, 2, 1};
  const SumOfLosses loss{Weighted{SoftmaxCE<>{.ignored_label = 4}, 0.7},
                         Weighted{MeanSquaredError{}, 1.3}};
  const double expected =
      0.7 * tests::pytorch::softmax_ce_ignored_loss + 1.3 * tests::pytorch::mean_squared_error_loss;
  const auto of = [&](Index first, Index count) {
    const auto from = static_cast<std::size_t>(first);
    const auto samples = static_cast<std::size_t>(count);
    const Batch<const double> batch{z.data() + 5 * first, count, {1, 1, 5}};
    return loss.value(std::array{batch, batch},
                      std::tuple(std::span(classes).subspan(from, samples),
                                 std::span(to).subspan(5 * from, 5 * samples)));
  };
  for (const Index batch : {1, 2, 3, 4}) {  // how many labels count differs
    CAPTURE(batch);
    LossSums<2> sum;
    for (Index first = 0; first < 4; first += batch) sum += of(first, std::min(batch, 4 - first));
    CHECK(sum.mean_loss() == doctest::Approx(expected).epsilon(1e-14));
    CHECK(sum.count == 3);
  }
  const LossSums<2> ignored = of(1, 1);
  CHECK(ignored.outputs[0].weight() == 0.0);
  CHECK(ignored.mean_loss() == doctest::Approx(1.3 * ignored.outputs[1].mean_loss()));
  CHECK(ignored.accuracy() == 0.0);
}

TEST_CASE("SumOfLosses: shows its losses, their settings and weights") {
  const auto shown = [](const auto& loss) {
    std::vector<std::pair<std::string, std::string>> settings;
    std::remove_cvref_t<decltype(loss)>::visit(loss, [&](const char* name, const auto& value) {
      if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>) {
        settings.emplace_back(name, detail::text(value));
      } else {
        settings.emplace_back(name, value);
      }
    });
    return settings;
  };
  using Shown = std::vector<std::pair<std::string, std::string>>;
  CHECK(shown(SumOfLosses{SoftmaxCE<>{.label_smoothing = 0.1},
                          Weighted{MeanSquaredError{}, 0.5}}) == Shown{{"1", "softmax_ce"},
                                                                       {"1.label_smoothing", "0.1"},
                                                                       {"1.weight", "1"},
                                                                       {"2", "mean_squared_error"},
                                                                       {"2.weight", "0.5"}});
  CHECK(shown(SumOfLosses{Nameless{}}) == Shown{{"1", "unknown"}, {"1.weight", "1"}});
}

TEST_CASE("SumOfLosses: an error of a loss is its own, a weight below 0 is none") {
  const SumOfLosses loss{SoftmaxCE{}, MeanSquaredError{}};
  CHECK(error_message([&] {
          loss.value(outputs, std::tuple(std::vector<Label>{3, 0}, wanted));
        }) == "SoftmaxCE: the label of sample 0 is 3, the network has classes 0 to 2");
  CHECK(error_message([&] {
          SumOfLosses{Weighted{SoftmaxCE{}, -0.5}};
        }) == "Weighted: weight is -0.5, it must be finite and at least 0");
  const SumOfLosses silent{SoftmaxCE{}, Weighted{MeanSquaredError{}, 0.0}};
  CHECK(silent.value(outputs, std::tuple(labels, wanted)).loss ==
        SoftmaxCE{}.value(outputs[0], labels).loss);
}
