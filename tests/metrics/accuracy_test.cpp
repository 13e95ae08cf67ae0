#include <tweed/metrics/accuracy.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace tweed;

TEST_CASE("top_k_accuracy: gives what scikit-learn gives") {
  const std::vector<Label> labels{0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 1, 2, 0, 1, 0, 0, 2, 2, 1, 3};
  auto scores = tests::numbers<double>(100, 1);
  for (std::size_t i = 0; i < 20; ++i) {
    scores[5 * i + static_cast<std::size_t>(labels[i])] += 0.5;
    scores[5 * i + 4] -= 3.0;
  }
  // From scikit-learn 1.9.1: top_k_accuracy_score(labels, scores, k=k).
  CHECK(top_k_accuracy<double>(scores, labels, 1) == 0.25);
  CHECK(top_k_accuracy<double>(scores, labels, 2) == 0.6);
  CHECK(top_k_accuracy<double>(scores, labels, 3) == 0.8);
  CHECK(top_k_accuracy<double>(scores, labels, 4) == 0.95);
  CHECK(top_k_accuracy<double>(scores, labels, 5) == 1.0);
  CHECK(top_k_accuracy<double>(scores, labels, 6) == 1.0);
  CHECK(top_k_accuracy<float>(tests::converted<float>(scores), labels, 3) == 0.8);
}

TEST_CASE("top_k_accuracy: of equal scores the first comes first, NaN never counts") {
  const std::vector<Label> labels{0, 1, 2};
  CHECK(top_k_accuracy<float>(std::vector<float>(9), labels, 1) == 1.0 / 3.0);
  CHECK(top_k_accuracy<float>(std::vector<float>(9), labels, 2) == 2.0 / 3.0);
  const std::vector<float> broken(9, std::numeric_limits<float>::quiet_NaN());
  CHECK(top_k_accuracy<float>(broken, labels, 3) == 0.0);
}

TEST_CASE("accuracy: the share of labels that were predicted") {
  const std::vector<Label> labels{3, 1, 2};
  CHECK(accuracy(labels, labels) == 1.0);
  CHECK(accuracy(labels, std::vector<Label>{3, 2, 1}) == 1.0 / 3.0);
}

TEST_CASE("accuracy, top_k_accuracy: what does not fit is refused") {
  using tests::error_message;
  const std::vector<Label> labels{0, 2};
  const std::vector<float> scores(6);
  const auto top_k = [&](std::span<const float> of, std::span<const Label> as, Index k) {
    return error_message([&] { top_k_accuracy(of, as, k); });
  };
  CHECK(top_k(scores, labels, 1).empty());
  CHECK(top_k(scores, labels, 0) == "top_k_accuracy: k is 0, it must be at least 1");
  CHECK(top_k(std::span(scores).first(5), labels, 1) ==
        "top_k_accuracy: 5 scores do not make rows for 2 labels");
  CHECK(top_k({}, {}, 1) == "top_k_accuracy: 0 scores do not make rows for 0 labels");
  CHECK(top_k(std::span(scores).first(4), labels, 1) ==
        "top_k_accuracy: the label of sample 1 is 2, expected classes 0 to 1");
  CHECK(error_message([&] { accuracy(labels, {}); }) ==
        "accuracy: 2 labels and 0 predictions, expected one for each");
  CHECK(error_message([] { accuracy({}, {}); }) ==
        "accuracy: 0 labels and 0 predictions, expected one for each");
}
