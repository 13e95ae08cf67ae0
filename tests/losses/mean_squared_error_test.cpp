#include <tweed/losses/mean_squared_error.hpp>
#include <known_answers/pytorch.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/guarded.hpp>
#include <support/loss_differences.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;

namespace {

template <class T>
Batch<const T> batch_of(const std::vector<T>& outputs, const Shape& shape) {
  return {outputs.data(), std::ssize(outputs) / shape.size(), shape};
}

template <class T>
std::vector<T> gradient_of(const std::vector<T>& outputs, const std::vector<T>& targets,
                           const Shape& shape) {
  tests::Guarded<T> gradient(std::ssize(outputs));
  const auto batch = batch_of(outputs, shape);
  const LossSum sum =
      MeanSquaredError{}.gradient(batch, targets, Batch<T>{gradient.data(), batch.count, shape});
  CHECK(gradient.intact());
  CHECK(sum.loss == MeanSquaredError{}.value(batch, targets).loss);
  return gradient.copy();
}

}  // namespace

TEST_CASE("MeanSquaredError: gives what PyTorch gives") {
  const auto outputs = tests::numbers<double>(20, 1, 3.0);
  const auto targets = tests::numbers<double>(20, 2);
  const LossSum sum = MeanSquaredError{}.value(batch_of(outputs, {1, 1, 5}), targets);
  CHECK(sum.count == 4);
  CHECK(sum.correct == 0);
  CHECK(sum.mean_loss() == doctest::Approx(tests::pytorch::mean_squared_error_loss).epsilon(1e-14));
  CHECK(tests::relative_error(gradient_of(outputs, targets, {1, 1, 5}),
                              tests::pytorch::mean_squared_error_gradient) < 1e-14);
  CHECK(tests::relative_error(gradient_of(tests::converted<float>(outputs),
                                          tests::converted<float>(targets), {1, 1, 5}),
                              tests::pytorch::mean_squared_error_gradient) < 1e-6);
}

TEST_CASE("MeanSquaredError: the gradient agrees with differences of the mean loss") {
  for (const Shape shape : {Shape{1, 1, 1}, Shape{1, 1, 7}, Shape{2, 3, 2}}) {
    auto outputs = tests::numbers<double>(3 * shape.size(), 1, 2.0);
    const auto targets = tests::numbers<double>(3 * shape.size(), 5);
    const auto mean_loss = [&] {
      return MeanSquaredError{}.value(batch_of(outputs, shape), targets).mean_loss();
    };
    const auto gradient = gradient_of(outputs, targets, shape);
    const auto differences = tests::loss_differences(outputs, mean_loss);
    CHECK(tests::relative_error(gradient, differences) < 1e-9);
  }
}

TEST_CASE("MeanSquaredError: no samples, no loss; a target for each output") {
  const std::vector<float> outputs(6);
  const auto value = [&](Index count, const std::vector<float>& targets) {
    return MeanSquaredError{}.value(Batch<const float>{outputs.data(), count, {1, 1, 3}}, targets);
  };
  CHECK(value(0, {}).loss == 0.0);
  CHECK(tests::error_message([&] {
          value(2, {1, 2, 3, 4, 5});
        }) == "MeanSquaredError: 2 samples of 3 outputs, but 5 targets");
}
