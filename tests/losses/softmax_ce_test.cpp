#include <tweed/losses/softmax_ce.hpp>
#include <known_answers/pytorch.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

using tests::error_message;
using tests::Guarded;
using namespace tweed;

namespace {

template <class T>
Batch<const T> batch_of(const std::vector<T>& logits, Index classes) {
  return {logits.data(), std::ssize(logits) / classes, {1, 1, classes}};
}

template <class T>
struct Result {
  LossSum sum;
  std::vector<T> gradient;
};

template <class T>
Result<T> run(const std::vector<T>& logits, const std::vector<Label>& labels, Index classes) {
  Guarded<T> gradient(std::ssize(logits));
  const auto batch = batch_of(logits, classes);
  const LossSum sum =
      SoftmaxCE{}.gradient(batch, labels, Batch<T>{gradient.data(), batch.count, batch.shape});
  CHECK(gradient.intact());
  const LossSum value = SoftmaxCE{}.value(batch, labels);
  CHECK(value.loss == sum.loss);
  CHECK(value.correct == sum.correct);
  CHECK(value.count == sum.count);
  return {sum, gradient.copy()};
}

/// For each sample, from numbers in [0, 1).
template <class T>
std::vector<T> some_probabilities(Index count, Index classes) {
  auto values = tests::numbers<T>(count * classes, 2);
  for (auto sample = values.begin(); sample != values.end(); sample += classes) {
    T sum{};
    for (auto value = sample; value != sample + classes; ++value) {
      *value = (*value + T{1}) / T{2};
      sum += *value;
    }
    for (auto value = sample; value != sample + classes; ++value) *value /= sum;
  }
  return values;
}

std::vector<Label> some_labels(Index count, Index classes) {
  std::vector<Label> labels;
  for (Index i = 0; i < count; ++i) labels.push_back(static_cast<Label>(i * 7 % classes));
  return labels;
}

}  // namespace

TEST_CASE("SoftmaxCE: gives what PyTorch gives") {
  const auto logits = tests::numbers<double>(20, 1, 3.0);
  const auto result = run(logits, {0, 4, 2, 1}, 5);
  CHECK(result.sum.mean_loss() == doctest::Approx(tests::pytorch::softmax_ce_loss).epsilon(1e-14));
  CHECK(tests::relative_error(result.gradient, tests::pytorch::softmax_ce_gradient) < 1e-14);

  const auto in_float = run(tests::converted<float>(logits), {0, 4, 2, 1}, 5);
  CHECK(in_float.sum.mean_loss() == doctest::Approx(tests::pytorch::softmax_ce_loss).epsilon(1e-6));
  CHECK(tests::relative_error(in_float.gradient, tests::pytorch::softmax_ce_gradient) < 1e-6);
}

TEST_CASE("SoftmaxCE: smooths labels as PyTorch does") {
  const auto logits = tests::numbers<double>(20, 1, 3.0);
  const std::vector<Label> labels{0, 4, 2, 1};
  const SoftmaxCE<> smoothed{.label_smoothing = 0.1};
  const auto check = [&]<class T>(const std::vector<T>& z, double tolerance) {
    std::vector<T> gradient(z.size());
    const LossSum sum =
        smoothed.gradient(batch_of(z, 5), labels, Batch<T>{gradient.data(), 4, {1, 1, 5}});
    CHECK(sum.mean_loss() ==
          doctest::Approx(tests::pytorch::softmax_ce_smoothed_loss).epsilon(tolerance));
    CHECK(tests::relative_error(gradient, tests::pytorch::softmax_ce_smoothed_gradient) <
          tolerance);
  };
  check(logits, 1e-14);
  check(tests::converted<float>(logits), 1e-6);
  for (const double wrong : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(error_message([&] {
            SoftmaxCE<>{.label_smoothing = wrong}.value(batch_of(logits, 5), labels);
          }).starts_with("SoftmaxCE: label_smoothing is "));
  }
}

TEST_CASE("SoftmaxCE: takes probabilities as PyTorch does") {
  const auto logits = tests::numbers<double>(20, 1, 3.0);
  const auto targets = some_probabilities<double>(4, 5);
  const auto check = [&](const SoftmaxCE<>& loss, double value, const auto& expected) {
    std::vector<double> gradient(20);
    const Batch<double> to{gradient.data(), 4, {1, 1, 5}};
    const LossSum sum = loss.gradient(batch_of(logits, 5), targets, to);
    CHECK(sum.mean_loss() == doctest::Approx(value).epsilon(1e-14));
    CHECK(sum.loss == loss.value(batch_of(logits, 5), targets).loss);
    CHECK(tests::relative_error(gradient, expected) < 1e-14);
    std::vector<float> in_float(20);
    loss.gradient(batch_of(tests::converted<float>(logits), 5), tests::converted<float>(targets),
                  Batch<float>{in_float.data(), 4, {1, 1, 5}});
    CHECK(tests::relative_error(in_float, expected) < 1e-6);
  };
  check({}, tests::pytorch::softmax_ce_soft_loss, tests::pytorch::softmax_ce_soft_gradient);
  check({.label_smoothing = 0.1}, tests::pytorch::softmax_ce_soft_smoothed_loss,
        tests::pytorch::softmax_ce_soft_smoothed_gradient);
}

TEST_CASE("SoftmaxCE: probabilities of 0 and 1 are labels") {
  const auto logits = tests::numbers<double>(7 * 6, 1, 3.0);
  const auto labels = some_labels(7, 6);
  std::vector<double> targets(7 * 6);
  for (std::size_t i = 0; i < 7; ++i) targets[6 * i + static_cast<std::size_t>(labels[i])] = 1.0;
  for (const SoftmaxCE<>& loss : {SoftmaxCE<>{}, SoftmaxCE<>{.label_smoothing = 0.2}}) {
    std::vector<double> soft(42), hard(42);
    const auto batch = batch_of(logits, 6);
    const LossSum sum = loss.gradient(batch, targets, Batch<double>{soft.data(), 7, {1, 1, 6}});
    const LossSum same = loss.gradient(batch, labels, Batch<double>{hard.data(), 7, {1, 1, 6}});
    CHECK(sum.loss == doctest::Approx(same.loss).epsilon(1e-13));
    CHECK(sum.correct == same.correct);
    CHECK(sum.count == 7);
    CHECK(tests::relative_error(soft, hard) < 1e-13);
  }
}

TEST_CASE("SoftmaxCE: what are no probabilities is refused") {
  const std::vector<float> logits(6);
  const auto message = [&](const std::vector<float>& targets) {
    return error_message([&] { SoftmaxCE{}.value(batch_of(logits, 3), targets); });
  };
  CHECK(message({0.25F, 0.25F, 0.5F, 0, 0, 0.9999F}).empty());
  CHECK(message({1, 0, 0, 0.5F, 0.25F, 0.5F}) ==
        "SoftmaxCE: the targets of sample 1 add up to 1.25, expected probabilities of each class, "
        "which add up to 1");
  CHECK(message({1, 0, 0, 2, -1, 0}) ==
        "SoftmaxCE: a target of sample 1 is 2, expected a probability, 0 to 1");
  CHECK(message({std::numeric_limits<float>::quiet_NaN(), 0, 0, 1, 0, 0})
            .starts_with("SoftmaxCE: a target of sample 0 is "));
  CHECK(message({1, 0, 0}) == "SoftmaxCE: 2 samples of 3 outputs, but 3 targets");
}

TEST_CASE("SoftmaxCE: loss and gradient as defined, for any number of classes and samples") {
  for (const Index classes : {2, 3, 10, 257}) {
    for (const Index count : {0, 1, 2, 17}) {
      CAPTURE(classes);
      CAPTURE(count);
      const auto logits = tests::numbers<double>(count * classes, 1, 4.0);
      const auto labels = some_labels(count, classes);
      const auto result = run(logits, labels, classes);
      double loss = 0.0;
      std::vector<double> gradient;
      for (Index n = 0; n < count; ++n) {
        const std::span z(logits.data() + n * classes, static_cast<std::size_t>(classes));
        double sum = 0.0;
        for (const double value : z) sum += std::exp(value);
        const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(n)]);
        loss -= std::log(std::exp(z[label]) / sum);
        for (std::size_t c = 0; c < z.size(); ++c) {
          const double one_hot = c == label ? 1.0 : 0.0;
          gradient.push_back((std::exp(z[c]) / sum - one_hot) / static_cast<double>(count));
        }
      }
      CHECK(result.sum.count == count);
      CHECK(result.sum.loss == doctest::Approx(loss).epsilon(1e-13));
      CHECK(tests::relative_error(result.gradient, gradient) < 1e-13);
    }
  }
}

TEST_CASE("SoftmaxCE: the gradient agrees with differences of the mean loss") {
  auto logits = tests::numbers<double>(3 * 6, 1, 2.0);
  const auto labels = some_labels(3, 6);
  const auto gradient = run(logits, labels, 6).gradient;
  const auto mean_loss = [&] { return SoftmaxCE{}.value(batch_of(logits, 6), labels).mean_loss(); };
  std::vector<double> differences;
  for (double& z : logits) {
    const double before = z;
    z = before + 1e-5;
    const double above = mean_loss();
    z = before - 1e-5;
    const double below = mean_loss();
    z = before;
    differences.push_back((above - below) / 2e-5);
  }
  CHECK(tests::relative_error(gradient, differences) < 1e-9);
}

TEST_CASE_TEMPLATE("SoftmaxCE: each sample's gradient sums to zero", T, float, double) {
  const auto gradient = run(tests::numbers<T>(13 * 10, 1, 5.0), some_labels(13, 10), 10).gradient;
  for (auto sample = gradient.begin(); sample != gradient.end(); sample += 10) {
    CHECK(std::abs(std::accumulate(sample, sample + 10, T{})) < tests::rounding<T>);
  }
}

TEST_CASE_TEMPLATE("SoftmaxCE: huge logits do not overflow", T, float, double) {
  const std::vector<T> logits{T(1e4),  T(-1e4), T(0),     // right
                              T(-1e4), T(0),    T(1e4)};  // as wrong as can be
  const auto result = run(logits, {0, 0}, 3);
  CHECK(result.sum.loss == 2e4);
  CHECK(result.sum.correct == 1);
  CHECK(result.gradient == std::vector<T>{0, 0, 0, T(-0.5), 0, T(0.5)});

  const auto equal = run(std::vector<T>(4, T(1e4)), {3}, 4);
  CHECK(equal.sum.loss == doctest::Approx(std::log(4.0)).epsilon(1e-12));
  CHECK(equal.gradient == std::vector<T>{T(0.25), T(0.25), T(0.25), T(-0.75)});
}

TEST_CASE("SoftmaxCE: a broken logit shows in the loss") {
  for (const float broken :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::vector<float> logits{0, broken, 1};
    CHECK_FALSE(std::isfinite(SoftmaxCE{}.value(batch_of(logits, 3), std::vector<Label>{0}).loss));
  }
}

TEST_CASE("SoftmaxCE: counts samples whose largest logit is at the label") {
  const std::vector<float> logits{3, 1, 2,  //
                                  1, 3, 2,  //
                                  2, 1, 3,  //
                                  5, 5, 5};
  CHECK(run(logits, {0, 1, 2, 0}, 3).sum.correct == 4);
  CHECK(run(logits, {1, 1, 0, 2}, 3).sum.correct == 1);
  CHECK(run(logits, {2, 0, 1, 1}, 3).sum.correct == 0);
}

TEST_CASE("SoftmaxCE: a label that is no class is refused, before anything is written") {
  const std::vector<float> logits(6);
  const auto message = [&](const std::vector<Label>& labels) {
    std::vector<float> gradient(6, 7.0F);
    const auto batch = batch_of(logits, 3);
    const auto from_value = error_message([&] { SoftmaxCE{}.value(batch, labels); });
    const auto from_gradient = error_message([&] {
      SoftmaxCE{}.gradient(batch, labels, Batch<float>{gradient.data(), batch.count, batch.shape});
    });
    CHECK(from_gradient == from_value);
    CHECK(gradient == std::vector<float>(6, 7.0F));
    return from_value;
  };
  CHECK(message({0, 3}) == "SoftmaxCE: the label of sample 1 is 3, the network has classes 0 to 2");
  CHECK(message({-1, 0}) ==
        "SoftmaxCE: the label of sample 0 is -1, the network has classes 0 to 2");
}

TEST_CASE("SoftmaxCE: a label for each sample, no more and no less") {
  const std::vector<float> logits(6);
  const auto message = [&](const std::vector<Label>& labels) {
    return error_message([&] { SoftmaxCE{}.value(batch_of(logits, 3), labels); });
  };
  CHECK(message({0}) == "SoftmaxCE: 2 samples, but 1 labels");
  CHECK(message({0, 1, 2}) == "SoftmaxCE: 2 samples, but 3 labels");
  CHECK(message({0, 1}) == "");
}

TEST_CASE("SoftmaxCE: which outputs it takes") {
  using Any = SoftmaxCE<>;
  CHECK(Any::fit({1, 1, 2}).why == Any::Why::fits);
  CHECK(Any::fit({1, 1, 1000}).why == Any::Why::fits);
  CHECK(Any::fit({1, 1, 1}).why == Any::Why::one_output_is_not_enough_for_a_class_choice);
  CHECK(Any::fit({1, 2, 5}).why == Any::Why::output_is_an_image_put_Flatten_and_Dense_behind_it);
  CHECK(Any::fit({2, 1, 5}).why == Any::Why::output_is_an_image_put_Flatten_and_Dense_behind_it);
  using Ten = SoftmaxCE<10>;
  CHECK(Ten::fit({1, 1, 10}).why == Ten::Why::fits);
  CHECK(Ten::fit({1, 1, 9}).why == Ten::Why::output_has_another_number_of_classes);
  CHECK(std::is_same_v<decltype(SoftmaxCE{}), Any>);
}
