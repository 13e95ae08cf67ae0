#include <tweed/metrics/confusion_matrix.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

using namespace tweed;
using doctest::Approx;

namespace {

const std::vector<Label> labels{0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 1, 2, 0, 1, 0, 0, 2, 2, 1, 3};
const std::vector<Label> predicted{1, 2, 2, 1, 2, 2, 0, 3, 1, 1, 3, 3, 1, 3, 0, 0, 2, 2, 0, 1};

}  // namespace

TEST_CASE("ConfusionMatrix: gives what scikit-learn gives") {
  // From scikit-learn 1.9.1: confusion_matrix, precision_recall_fscore_support and the means with
  // average='macro', zero_division=0.
  constexpr std::array<std::array<Index, 5>, 5> counts{
      {{2, 3, 1, 0, 0}, {2, 0, 1, 2, 0}, {0, 0, 3, 2, 0}, {0, 3, 0, 0, 0}, {0, 0, 1, 0, 0}}};
  constexpr std::array recall{1.0 / 3.0, 0.0, 0.6, 0.0, 0.0};
  constexpr std::array precision{0.5, 0.0, 0.5, 0.0};
  constexpr std::array f1{0.4, 0.0, 0.54545454545454541, 0.0, 0.0};
  ConfusionMatrix matrix(5);
  matrix.add(labels, predicted);
  for (std::size_t label = 0; label < 5; ++label) {
    CAPTURE(label);
    const auto index = static_cast<Index>(label);
    for (Index other = 0; other < 5; ++other) {
      CHECK(matrix.count(index, other) == counts[label][static_cast<std::size_t>(other)]);
    }
    const ClassMetrics found = matrix.of_class(index);
    CHECK(found.recall() == Approx(recall[label]));
    CHECK(found.f1() == Approx(f1[label]));
    if (label < 4) CHECK(found.precision() == Approx(precision[label]));
  }
  CHECK(std::isnan(matrix.of_class(4).precision()));
  CHECK(matrix.samples() == 20);
  CHECK(matrix.accuracy() == 0.25);
  CHECK(matrix.mean_precision() == Approx(0.2));
  CHECK(matrix.mean_recall() == Approx(0.18666666666666668));
  CHECK(matrix.mean_f1() == Approx(0.1890909090909091));
}

TEST_CASE("ConfusionMatrix: counts in pieces as in one go, and starts empty") {
  ConfusionMatrix matrix(5);
  CHECK(matrix.samples() == 0);
  CHECK(std::isnan(matrix.accuracy()));
  CHECK(std::isnan(matrix.of_class(1).recall()));
  CHECK(std::isnan(matrix.of_class(1).f1()));
  matrix.add(std::span(labels).first(7), std::span(predicted).first(7));
  matrix.add(std::span(labels).subspan(7), std::span(predicted).subspan(7));
  matrix.add({}, {});
  CHECK(matrix.samples() == 20);
  CHECK(matrix.accuracy() == 0.25);
}

TEST_CASE("ConfusionMatrix: what is no class is refused, and nothing counted") {
  ConfusionMatrix matrix(3);
  const auto message = [&](const std::vector<Label>& of, const std::vector<Label>& as) {
    return tests::error_message([&] { matrix.add(of, as); });
  };
  CHECK(message({0, 3}, {0, 0}) ==
        "confusion matrix: the label of sample 1 is 3, expected classes 0 to 2");
  CHECK(message({0, 0}, {0, -1}) ==
        "confusion matrix: the prediction of sample 1 is -1, expected classes 0 to 2");
  CHECK(message({0}, {}) == "confusion matrix: 1 labels, but 0 predictions");
  CHECK(matrix.samples() == 0);
}

TEST_CASE("ConfusionMatrix: a number of classes that nobody has is refused") {
  for (const Index classes : {Index{-3}, Index{0}, Index{32769}, Index{4'000'000'000}}) {
    CHECK(tests::error_message([=] { ConfusionMatrix{classes}; }) ==
          "confusion matrix: classes is " + std::to_string(classes) +
              ", it must be at least 1 and at most 32768");
  }
  CHECK(ConfusionMatrix(1).classes() == 1);
}
