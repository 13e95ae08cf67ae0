#include <tweed/losses/pixel_softmax_ce.hpp>
#include <tweed/losses/softmax_ce.hpp>
#include <known_answers/pytorch.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;

namespace {

template <class T>
Batch<const T> batch_of(const std::vector<T>& logits, const Shape& shape) {
  return {logits.data(), std::ssize(logits) / shape.size(), shape};
}

template <class T>
std::vector<T> gradient_of(const PixelSoftmaxCE& loss, const std::vector<T>& logits,
                           const std::vector<Label>& labels, const Shape& shape, LossSum& sum) {
  tests::Guarded<T> gradient(std::ssize(logits));
  const auto batch = batch_of(logits, shape);
  sum = loss.gradient(batch, labels, Batch<T>{gradient.data(), batch.count, shape});
  CHECK(gradient.intact());
  CHECK(sum.loss == loss.value(batch, labels).loss);
  return gradient.copy();
}

}  // namespace

TEST_CASE("PixelSoftmaxCE: gives what PyTorch gives") {
  const auto logits = tests::numbers<double>(20, 1, 3.0);
  const auto check = [&](const PixelSoftmaxCE& loss, const std::vector<Label>& labels,
                         double expected, const auto& gradient) {
    LossSum sum;
    const auto found = gradient_of(loss, logits, labels, {1, 2, 5}, sum);
    CHECK(sum.mean_loss() == doctest::Approx(expected).epsilon(1e-14));
    CHECK(tests::relative_error(found, gradient) < 1e-14);
    const auto in_float =
        gradient_of(loss, tests::converted<float>(logits), labels, {1, 2, 5}, sum);
    CHECK(tests::relative_error(in_float, gradient) < 1e-6);
  };
  check({}, {0, 4, 2, 1}, tests::pytorch::pixel_softmax_ce_loss,
        tests::pytorch::pixel_softmax_ce_gradient);
  check({.label_smoothing = 0.1, .class_weights = {0.5, 2, 1, 0, 3}, .ignored_label = 255},
        {0, 255, 2, 1}, tests::pytorch::pixel_softmax_ce_everything_loss,
        tests::pytorch::pixel_softmax_ce_everything_gradient);
}

TEST_CASE("PixelSoftmaxCE: is SoftmaxCE with the pixels as samples") {
  for (const Shape shape : {Shape{1, 1, 2}, Shape{3, 5, 4}, Shape{7, 1, 3}}) {
    const Index pixels = 2 * shape.height * shape.width;
    const auto logits = tests::numbers<double>(2 * shape.size(), 1, 3.0);
    std::vector<Label> labels;
    for (Index i = 0; i < pixels; ++i) labels.push_back(static_cast<Label>(i * 5 % shape.channels));
    LossSum sum;
    const auto gradient = gradient_of({}, logits, labels, shape, sum);
    std::vector<double> expected(logits.size());
    const LossSum same = SoftmaxCE{}.gradient(
        Batch<const double>{logits.data(), pixels, {1, 1, shape.channels}}, labels,
        Batch<double>{expected.data(), pixels, {1, 1, shape.channels}});
    CHECK(sum.mean_loss() == doctest::Approx(same.mean_loss()).epsilon(1e-14));
    CHECK(sum.correct == same.correct);
    CHECK(sum.count == pixels);
    CHECK(tests::same_bits(std::span<const double>(gradient), std::span<const double>(expected)));
  }
}

TEST_CASE("PixelSoftmaxCE: what does not fit is refused") {
  const std::vector<float> logits(24);
  const auto message = [&](const std::vector<Label>& labels) {
    return tests::error_message([&] {
      PixelSoftmaxCE{.ignored_label = -1}.value(batch_of(logits, {2, 2, 3}), labels);
    });
  };
  CHECK(message({0, 1, 2, -1, 0, 0, 0, 0}).empty());
  CHECK(message({0, 1}) == "PixelSoftmaxCE: 2 samples of 2x2 pixels, but 2 labels");
  CHECK(message({0, 1, 2, -1, 0, 0, 3, 0}) ==
        "PixelSoftmaxCE: the label of pixel 2 of sample 1 is 3, the network has classes 0 to 2");
  using Why = PixelSoftmaxCE::Why;
  CHECK(PixelSoftmaxCE::fit({4, 4, 3}).why == Why::fits);
  CHECK(PixelSoftmaxCE::fit({4, 4, 1}).why == Why::one_channel_is_not_enough_for_a_class_choice);
}
