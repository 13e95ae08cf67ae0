#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <limits>
#include <vector>

using namespace tweed;
using tests::error_message;
using tests::relative_error;

namespace {

using Net = Sequential<Input<6, 6, 1>, Conv2D<3, 3>, ReLU, MaxPool<2>, Flatten, Dense<4>>;
using Normalized =
    Sequential<Input<6, 6, 1>, Conv2D<3, 3, NoBias{}>, BatchNorm<>, ReLU, Flatten, Dense<4>>;

const Dataset<> data = tests::bars(50, 6, 4, 1);

template <class Net_ = Net>
struct Trained {
  std::vector<double> weights;
  History history;
  explicit Trained(const FitOptions& options) {
    Model<Net_, double> model{1};
    history = fit(model, SoftmaxCE{}, SGD{.learning_rate = 0.1, .momentum = 0.9}, data, options);
    weights.assign(model.values().begin(), model.values().end());
  }
};

template <class Net_>
std::vector<double> values_of(const Model<Net_, double>& model) {
  return {model.values().begin(), model.values().end()};
}

const auto pixels = tests::numbers<double>(9 * 36, 1);
const std::vector<Label> labels{0, 1, 2, 3, 0, 1, 2, 3, 0};

Batch<const double> images(Index first, Index count) {
  return {pixels.data() + first * 36, count, {6, 6, 1}};
}
std::span<const Label> labels_of(std::size_t first, std::size_t count) {
  return std::span(labels).subspan(first, count);
}

}  // namespace

TEST_CASE("accumulate: batches put together are a larger batch") {
  // 50 samples: the last step of an epoch is of two samples, in one batch.
  for (const FitOptions& options : {FitOptions{.batch_size = 24, .steps = 7, .seed = 3},
                                    FitOptions{.batch_size = 24, .epochs = 2, .clip_norm = 0.1}}) {
    const Trained whole(options);
    FitOptions parts = options;
    parts.batch_size = 8;
    parts.accumulate = 3;
    const Trained together(parts);
    CHECK(relative_error(together.weights, whole.weights) < 1e-12);
    REQUIRE(together.history.steps.size() == whole.history.steps.size());
    for (std::size_t i = 0; i < whole.history.steps.size(); ++i) {
      CHECK(together.history.steps[i].loss == doctest::Approx(whole.history.steps[i].loss));
      CHECK(together.history.steps[i].accuracy == whole.history.steps[i].accuracy);
    }
  }
}

TEST_CASE("accumulate: more batches than there are samples are all samples") {
  const FitOptions all{.batch_size = 50, .steps = 2};
  const FitOptions many{.batch_size = 10, .steps = 2, .accumulate = Index{1} << 30};
  CHECK(relative_error(Trained(many).weights, Trained(all).weights) < 1e-12);
}

TEST_CASE("accumulate: any number of threads gives the same bits") {
  FitOptions options{.batch_size = 8, .steps = 5, .threads = 1, .accumulate = 3};
  const auto one = Trained<Normalized>(options).weights;
  for (const int threads : {2, 3, 8}) {
    options.threads = threads;
    CHECK(tests::same_bits(Trained<Normalized>(options).weights, one));
  }
}

TEST_CASE("Trainer: parts of any sizes count by their samples") {
  Model<Net, double> whole_model{1};
  Trainer whole(whole_model, SoftmaxCE{}, Adam{}, {.batch_size = 9});
  Model<Net, double> model{1};
  Trainer trainer(model, SoftmaxCE{}, Adam{}, {.batch_size = 5});
  for (int step = 0; step < 3; ++step) {
    const LossSum expected = whole.step(images(0, 9), labels);
    LossSum found = trainer.add(images(0, 5), labels_of(0, 5));
    found += trainer.add(images(5, 1), labels_of(5, 1));
    found += trainer.step(images(6, 3), labels_of(6, 3));
    CHECK(found.loss == doctest::Approx(expected.loss));
    CHECK(found.count == expected.count);
  }
  CHECK(trainer.steps() == 3);
  CHECK(relative_error(values_of(model), values_of(whole_model)) < 1e-12);
}

TEST_CASE(
    "Trainer: a part that goes wrong leaves the model as it was, and its parts are forgotten") {
  Model<Normalized, double> model{1};
  const auto before = values_of(model);
  Trainer trainer(model, SoftmaxCE{}, SGD{}, {.batch_size = 5});
  trainer.add(images(0, 5), labels_of(0, 5));
  CHECK(values_of(model) != before);  // running statistics follow each part
  const std::vector<Label> wrong{0, 7};
  CHECK_FALSE(error_message([&] { trainer.step(images(5, 2), wrong); }).empty());
  CHECK(values_of(model) == before);
  trainer.add(images(0, 5), labels_of(0, 5));
  auto broken = pixels;
  broken[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(error_message([&] {
                trainer.add({broken.data(), 2, {6, 6, 1}}, labels_of(5, 2));
              }).empty());
  CHECK(values_of(model) == before);

  Model<Normalized, double> other{1};
  Trainer expected(other, SoftmaxCE{}, SGD{}, {.batch_size = 5});
  trainer.step(images(2, 3), labels_of(2, 3));
  expected.step(images(2, 3), labels_of(2, 3));
  CHECK(values_of(model) == values_of(other));
}

TEST_CASE("accumulate: what is out of its range is refused") {
  CHECK(error_message([] { Trained({.accumulate = 0}); }) ==
        "FitOptions: accumulate is 0, it must be at least 1 and at most 1.07374e+09");
  const FitOptions most{.batch_size = std::numeric_limits<Index>::max(), .accumulate = 1 << 30};
  CHECK(Trained(most).history.steps.size() == 1);
}
