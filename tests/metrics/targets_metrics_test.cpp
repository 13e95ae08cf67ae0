#include <tweed/metrics/confusion_matrix.hpp>
#include <tweed/metrics/metric.hpp>
#include <tweed/metrics/multi_label_metrics.hpp>
#include <tweed/metrics/regression_metrics.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

using namespace tweed;

// Metrics whose targets are numbers, with the formulas of scikit-learn.

namespace {

template <class T>
Batch<const T> batch_of(const std::vector<T>& outputs, Index size) {
  return {outputs.data(), std::ssize(outputs) / size, {1, 1, size}};
}

}  // namespace

static_assert(Metric<RegressionMetrics, float, std::span<const float>>);
static_assert(Metric<MultiLabelMetrics, double, std::span<const double>>);

TEST_CASE("RegressionMetrics: errors and R2, whatever the batches") {
  const std::vector<double> outputs{2.5, 0.0, 2.0, 8.0};
  const std::vector<double> targets{3.0, -0.5, 2.0, 7.0};
  RegressionMetrics metrics;
  metrics.add(batch_of(outputs, 1), targets);
  CHECK(metrics.mean_absolute_error() == 0.5);
  CHECK(metrics.value() == 0.5);
  CHECK(metrics.mean_squared_error() == 0.375);
  CHECK(metrics.root_mean_squared_error() == std::sqrt(0.375));
  CHECK(metrics.r2() == doctest::Approx(0.9486081370449679).epsilon(1e-14));

  RegressionMetrics one_by_one;
  for (std::size_t i = 0; i < 4; ++i) {
    one_by_one.add(Batch<const double>{&outputs[i], 1, {1, 1, 1}}, std::span(&targets[i], 1));
  }
  CHECK(one_by_one.r2() == metrics.r2());
}

TEST_CASE("RegressionMetrics: each output counts as much, and targets may be far from 0") {
  const std::vector<double> outputs{0.5, 1, -1, 1, 7, -6};
  std::vector<double> targets{0, 2, -1, 2, 8, -5};
  RegressionMetrics metrics;
  metrics.add(batch_of(outputs, 2), targets);
  CHECK(metrics.r2() == doctest::Approx(1.0 - (1.25 / (146.0 / 3.0) + 3.0 / (98.0 / 3.0)) / 2.0));
  std::vector<double> far_outputs = outputs;
  for (double& value : far_outputs) value += 1e6;
  for (double& value : targets) value += 1e6;
  RegressionMetrics far;
  far.add(batch_of(far_outputs, 2), targets);
  CHECK(far.r2() == doctest::Approx(metrics.r2()).epsilon(1e-8));
}

TEST_CASE("RegressionMetrics: what cannot be told, and what does not fit") {
  RegressionMetrics metrics;
  CHECK(std::isnan(metrics.value()));
  const std::vector<float> numbers{1, 1};
  metrics.add(batch_of(numbers, 1), numbers);
  CHECK(metrics.value() == 0.0);
  CHECK(std::isnan(metrics.r2()));
  CHECK(tests::error_message([&] { metrics.add(batch_of(numbers, 2), numbers); }) ==
        "RegressionMetrics: 1 samples of 2 outputs and 2 targets do not fit each other or those "
        "before");
}

TEST_CASE("MultiLabelMetrics: F1 of each label and of all") {
  // Labels 1 and 2 of four samples.
  const std::vector<float> logits{1, -1, 2, 3, -1, 0.5F, -2, -2};
  const std::vector<float> targets{1, 0, 1, 0, 1, 1, 0, 0};
  MultiLabelMetrics metrics(2);
  metrics.add(batch_of(logits, 2), targets);
  CHECK(metrics.of_label(0).correct == 2);
  CHECK(metrics.of_label(0).f1() == doctest::Approx(0.8));
  CHECK(metrics.of_label(1).f1() == doctest::Approx(2.0 / 3.0));
  CHECK(metrics.mean_f1() == doctest::Approx((0.8 + 2.0 / 3.0) / 2.0));
  CHECK(metrics.value() == doctest::Approx(0.75));
  CHECK(std::isnan(MultiLabelMetrics(3).f1()));
  CHECK(tests::error_message([&] { metrics.add(batch_of(logits, 4), targets); }) ==
        "MultiLabelMetrics: 2 samples of 4 logits and 8 targets do not fit 2 labels");
  CHECK(tests::error_message([] { MultiLabelMetrics(0); }) ==
        "MultiLabelMetrics: labels is 0, it must be at least 1 and at most 1e+09");
}

TEST_CASE("MultiLabelMetrics: of masks each pixel counts, in the channel of its label") {
  // Two images of 1x2 pixels, two labels.
  const std::vector<float> logits{1, -1, 2, 3, -1, 0.5F, -2, -2};
  const std::vector<float> targets{1, 0, 1, 0, 1, 1, 0, 0};
  MultiLabelMetrics metrics(2);
  metrics.add(Batch<const float>{logits.data(), 2, {1, 2, 2}}, targets);
  CHECK(metrics.of_label(0).iou() == doctest::Approx(2.0 / 3.0));
  CHECK(metrics.of_label(1).iou() == 0.5);
  CHECK(metrics.mean_iou() == doctest::Approx((2.0 / 3.0 + 0.5) / 2.0));
  MultiLabelMetrics none(2);
  none.add(Batch<const float>{logits.data(), 0, {1, 2, 2}}, {});
  CHECK(none.mean_iou() == 0.0);

  MultiLabelMetrics of_places(4);  // a label for each pixel and channel
  of_places.add(Batch<const float>{logits.data(), 2, {1, 2, 2}}, targets);
  CHECK(of_places.of_label(3).predicted == 1);
  MultiLabelMetrics three(3);
  const Batch<const float> images{logits.data(), 2, {1, 2, 2}};
  CHECK(tests::error_message([&] { three.add(images, targets); }) ==
        "MultiLabelMetrics: 2 samples of 1x2x2 logits and 8 targets do not fit 3 labels");
}

TEST_CASE("ConfusionMatrix: intersection over union") {
  ConfusionMatrix matrix(3);
  matrix.add(std::vector<Label>{0, 0, 1, 1, 1}, std::vector<Label>{0, 1, 1, 1, 0});
  CHECK(matrix.of_class(0).iou() == doctest::Approx(1.0 / 3.0));
  CHECK(matrix.of_class(1).iou() == 0.5);
  CHECK(std::isnan(matrix.of_class(2).iou()));
  CHECK(matrix.mean_iou() == doctest::Approx((1.0 / 3.0 + 0.5) / 3.0));
}

TEST_CASE("ConfusionMatrix: of label images it counts pixels, but not those that are ignored") {
  // Two images of 1x2 pixels and two classes.
  const std::vector<float> logits{1, 0, 0, 1, 0, 1, 1, 0};
  const Batch<const float> outputs{logits.data(), 2, {1, 2, 2}};
  ConfusionMatrix matrix(2, 255);
  matrix.add(outputs, std::vector<Label>{0, 1, 0, 255});
  CHECK(matrix.samples() == 3);
  CHECK(matrix.accuracy() == doctest::Approx(2.0 / 3.0));
  CHECK(matrix.of_class(0).iou() == 0.5);
  CHECK(matrix.of_class(1).iou() == 0.5);
  CHECK(tests::error_message([&] {
          matrix.add(outputs, std::vector<Label>{0, 1});
        }) == "confusion matrix: 2 labels, but 4 predictions");
  CHECK(tests::error_message([&] {
          matrix.add(outputs, std::vector<Label>{0, 1, 2, 0});
        }) == "confusion matrix: the label of sample 2 is 2, expected classes 0 to 1");
}
