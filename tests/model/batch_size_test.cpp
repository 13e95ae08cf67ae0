#include <tweed/model/any_network.hpp>
#include <tweed/training/profile.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<4, 4, 1>, Flatten, Dense<3>>;

const Model<Net> model{7};
const Dataset<> data = tests::bars(5, 4, 3);

constexpr Index most = std::numeric_limits<Index>::max();

/// The message of each that takes a batch size.
std::vector<std::string> messages(Index batch_size) {
  Model<Net> changed{7};
  const AnyModel any{any_network<Net>()};
  const PreparedModel prepared(model);
  const std::vector<float> pixels(16);
  const Batch<const float> x{pixels.data(), 1, Net::input};
  const PredictOptions options{.batch_size = batch_size};
  return {
      error_message([&] { predict_classes(model, data, options); }),
      error_message([&] { predict_logits(model, x, options); }),
      error_message([&] { predict_probabilities(any, data, options); }),
      error_message([&] { predict_classes(prepared, data, options); }),
      error_message([&] {
        predict_classes(model, Dataset<>{Net::input, {}, {}, {}}, options);
      }),
      error_message([&] { evaluate(model, SoftmaxCE{}, data, options); }),
      error_message([&] { Inference<Net> inference(batch_size); }),
      error_message([&] { Inference inference(any, batch_size); }),
      error_message([&] { PreparedModel other(model, batch_size); }),
      error_message([&] { PreparedModel other(any, batch_size); }),
      error_message([&] { TrainingPass<Net> pass(batch_size); }),
      error_message([&] { TrainingPass pass(any, batch_size); }),
      error_message(
          [&] { Trainer trainer(changed, SoftmaxCE{}, Adam{}, {.batch_size = batch_size}); }),
      error_message([&] { fit(changed, SoftmaxCE{}, Adam{}, data, {.batch_size = batch_size}); }),
      error_message(
          [&] { profile_training_step<Net>(SoftmaxCE{}, Adam{}, {.batch_size = batch_size}); }),
      error_message([&] { summary(model, {.batch_size = batch_size}); }),
      error_message([&] { BatchOrder order(5, batch_size, 0); }),
      error_message([&] { BatchMemory<Dataset<>, float> memory(data, batch_size); }),
  };
}

}  // namespace

TEST_CASE("whatever works in batches refuses a batch size below 1 by name") {
  for (const Index batch_size : {Index{0}, Index{-1}, -most}) {
    for (const std::string& message : messages(batch_size)) {
      const std::string expected = "batch_size is " + std::to_string(batch_size) + ", it must be ";
      CHECK_MESSAGE(message.find(expected) != message.npos, message);
    }
  }
}

TEST_CASE("more than there are is all of them, and more than memory can be planned for refused") {
  const auto expected = predict_logits(model, data);
  CHECK(predict_logits(model, data, {.batch_size = most}) == expected);
  CHECK(evaluate(model, SoftmaxCE{}, data, {.batch_size = most}).loss ==
        evaluate(model, SoftmaxCE{}, data).loss);
  Model<Net> trained{1};
  CHECK(fit(trained, SoftmaxCE{}, Adam{}, data, {.batch_size = most}).steps.size() == 1);
  CHECK(error_message([] { Inference<Net> inference(Index{1} << 61); }) ==
        "Inference: batch_size is 2305843009213693952, it must be at least 1 and at most "
        "6.87195e+10");
}

TEST_CASE("a batch of fewer than no samples is refused") {
  const std::vector<float> pixels(16);
  const Batch<const float> x{pixels.data(), -1, Net::input};
  Inference<Net> inference(1);
  CHECK(error_message([&] { inference(model, x); }).ends_with("this one has -1"));
  CHECK(error_message([&] { predict_classes(model, x); }) ==
        "predict: the number of samples is -1, it must be at least 0");
}
