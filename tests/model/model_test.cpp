#include <tweed/tweed.hpp>
#include <support/error_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace tweed;

namespace {

using Net = Sequential<Input<6, 6, 2>, Conv2D<3, Window{3, 2}>, ReLU,
                       Conv2D<4, 3, Initializer::he_normal>, Flatten, Dense<5>>;

}  // namespace

TEST_CASE("parameters have names, sizes and values") {
  const Model<Net> model{1};
  const auto tensors = model.tensors();
  REQUIRE(tensors.size() == 6);
  CHECK(tensors[0].name == "conv2d_1.kernel");
  CHECK(tensors[0].dims == std::vector<Index>{3, 2, 2, 3});
  CHECK(tensors[1].name == "conv2d_1.bias");
  CHECK(tensors[1].dims == std::vector<Index>{3});
  CHECK(tensors[2].name == "conv2d_2.kernel");
  CHECK(tensors[4].name == "dense_1.kernel");
  CHECK(tensors[4].dims == std::vector<Index>{144, 5});
  Index count = 0;
  for (const auto& tensor : tensors) count += std::ssize(tensor.values);
  CHECK(count == Net::parameter_count);
}

TEST_CASE("weights start as the seed says, biases at zero, and layers differ") {
  const Model<Net> model{1};
  const Model<Net> same{1};
  const Model<Net> other{2};
  const auto a = model.parameters();
  const auto tensors = model.tensors();
  CHECK(std::equal(a.begin(), a.end(), same.parameters().begin()));
  CHECK_FALSE(std::equal(a.begin(), a.end(), other.parameters().begin()));
  for (const float bias : tensors[1].values) CHECK(bias == 0.0F);
  CHECK(tensors[0].values[0] != tensors[2].values[0]);
  const double limit = std::sqrt(6.0 / (12 + 18));
  for (const float weight : tensors[0].values) CHECK(std::abs(weight) <= limit);
}

TEST_CASE("a model is a value") {
  Model<Net> model{1};
  const Model<Net> copy = model;
  model.parameters()[0] = 100.0F;
  CHECK(copy.parameters()[0] != 100.0F);
}

TEST_CASE("a model that was moved from has no weights, and says so") {
  using tests::error_message;
  Model<Net> model{1};
  const Model<Net> moved = std::move(model);
  CHECK(model.parameters().empty());
  CHECK(std::ssize(moved.parameters()) == Net::block_size);
  const std::string expected =
      "model: its weights are missing, there are 0 numbers; was it moved from?";
  CHECK(error_message([&] { model.tensors(); }) == expected);
  const std::vector<float> x(static_cast<std::size_t>(Net::input.size()));
  const Batch<const float> batch{x.data(), 1, Net::input};
  Inference<Net> infer(1, 1);
  CHECK(error_message([&] { infer(model, batch); }) == expected);
  TrainingPass<Net> pass(1, 1);
  CHECK(error_message([&] { pass.forward(model, batch, {}); }) == expected);
  model = moved;
  CHECK(infer(model, batch).count == 1);
}

TEST_CASE("what works in memory that was moved away takes no batch") {
  using tests::error_message;
  const Model<Net> model{1};
  const std::vector<float> x(static_cast<std::size_t>(Net::input.size()));
  const Batch<const float> batch{x.data(), 1, Net::input};
  Inference<Net> infer(1, 1);
  Inference<Net> other = std::move(infer);
  CHECK(infer.batch_size() == 0);
  CHECK(other(model, batch).count == 1);
  CHECK(error_message([&] { infer(model, batch); }) ==
        "Inference: its memory was moved away, make another one");
  TrainingPass<Net> pass(1, 1);
  const TrainingPass<Net> other_pass = std::move(pass);
  CHECK(other_pass.batch_size() == 1);
  CHECK(error_message([&] { pass.forward(model, batch, {}); }) ==
        "TrainingPass: its memory was moved away, make another one");
}

TEST_CASE("the summary names layers, shapes, parameters and memory") {
  const std::string text = summary(Model<Net>{});
  for (const char* part :
       {"conv2d_1", "3, 3x2 same, direct", "6x6x3", "conv2d_2", "dense_1", "725", "parameters: 876",
        "memory for training, batches of 100: ", "memory for inference"}) {
    CAPTURE(std::string(part));
    CHECK(text.find(part) != text.npos);
  }
  CHECK(detail::with_commas(1447946) == "1,447,946");
  CHECK(detail::with_commas(999) == "999");
  CHECK(detail::with_commas(0) == "0");
  CHECK(detail::with_commas(123456) == "123,456");
}
