#include <tweed/augment/augmentations.hpp>
#include <tweed/metrics/confusion_matrix.hpp>
#include <tweed/training/measure.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <span>
#include <string>
#include <vector>

using namespace tweed;

namespace {

using Labels = std::span<const Label>;
using Numbers = std::span<const float>;

static_assert(Loss<SoftmaxCE<>> && Loss<MeanSquaredError> && Loss<SumOfLosses<SoftmaxCE<>>>);
static_assert(LossOn<SoftmaxCE<>, float, Labels> && LossOn<SoftmaxCE<>, double, Labels>);
static_assert(LossOn<SoftmaxCE<>, float, std::vector<Label>>);
static_assert(LossOn<SoftmaxCE<>, float, Numbers> && LossOn<MeanSquaredError, float, Numbers>);
static_assert(!Loss<Adam> && !Loss<int>);
static_assert(Optimizer<Adam> && Optimizer<SGD, double>);
static_assert(!Optimizer<SoftmaxCE<>> && !Optimizer<int>);
static_assert(Schedule<CosineSchedule> && Schedule<PlateauSchedule> && !Schedule<Adam>);
static_assert(Schedule<decltype([](const ScheduleInput&) { return 1; })>);
static_assert(Augmentation<RandomCrop> && Augmentation<RandomCrop, double>);
static_assert(Augmentation<MixUp> && Augmentation<MixUp, double> && Augmentation<Compose>);
static_assert(!Augmentation<CosineSchedule>);
static_assert(Metric<ConfusionMatrix> && !Metric<ConfusionMatrix, float, Numbers>);
static_assert(!Metric<LossSum>);

using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<3>>;

/// Remembers the batches.
struct Listener {
  std::vector<Index> counts;
  std::vector<Label> labels;

  void add(const Batch<const float>& outputs, Labels targets) {
    counts.push_back(outputs.count);
    labels.insert(labels.end(), targets.begin(), targets.end());
  }
  double value() const { return static_cast<double>(labels.size()); }
};

}  // namespace

TEST_CASE("measure: a metric sees all samples, in their order") {
  const Model<Net> model{1};
  const Dataset<> data = tests::bars(23, 4, 3);
  const Listener heard = measure(model, Listener{}, data, {.batch_size = 10});
  CHECK(heard.counts == std::vector<Index>{10, 10, 3});
  CHECK(heard.labels == data.labels);
  CHECK(heard.value() == 23);
}

TEST_CASE("measure: a confusion matrix of a model is that of its predictions") {
  const Model<Net> model{1};
  const Dataset<> data = tests::bars(23, 4, 3);
  const ConfusionMatrix matrix = measure(model, ConfusionMatrix(3), data);
  ConfusionMatrix expected(3);
  expected.add(data.labels, predict_classes(model, data));
  for (Index label = 0; label < 3; ++label) {
    for (Index taken = 0; taken < 3; ++taken) {
      CHECK(matrix.count(label, taken) == expected.count(label, taken));
    }
  }
  CHECK(matrix.value() == doctest::Approx(evaluate(model, SoftmaxCE{}, data).accuracy));
}

TEST_CASE("measure: what does not fit is refused") {
  const Model<Net> model{1};
  const auto said = [&](const Dataset<>& data, const PredictOptions& options = {}) {
    return tests::error_message([&] { measure(model, Listener{}, data, options); });
  };
  CHECK(said(tests::bars(5, 8, 3)) == "data set: its samples are 8x8x1, the network takes 4x4x1");
  CHECK(said(tests::bars(5, 4, 3), {.output = 1}).starts_with("PredictOptions: output is 1"));
  CHECK(said(tests::bars(5, 4, 3), {.batch_size = 0}).starts_with("PredictOptions: batch_size is"));
}
