#include <tweed/kernels/conv/select.hpp>
#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/allocations.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

using Net = Sequential<Input<14, 14, 3>, Conv2D<24, 5>, ReLU, MaxPool<2>, Conv2D<40, 5>, ReLU,
                       Dropout<0.5>, Flatten, Dense<5>>;

template <class T>
std::vector<T> noise(Index count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::uint64_t position = 0;
  for (T& value : values) {
    value = static_cast<T>(random_uniform({.seed = 3}, position++) - 0.5);
  }
  return values;
}

/// The largest difference of two networks' outputs, relative to the largest output.
template <class T>
double relative_difference(std::span<const T> a, std::span<const T> b) {
  REQUIRE(a.size() == b.size());
  double most = 0.0;
  double largest = 1e-30;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a[i] - b[i])));
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
  }
  return most / largest;
}

/// Compares what a prepared model and the model itself make of `count` samples.
template <class Network, class T>
void check_prepared(Index batch_size, Index count, double tolerance) {
  CAPTURE(batch_size);
  CAPTURE(count);
  const Model<Network, T> model{5};
  const PreparedModel prepared(model, batch_size, 1);
  const auto pixels = noise<T>(count * Network::input.size());
  const Batch<const T> x{pixels.data(), count, Network::input};
  Inference<Network, T> plain(count, 1);
  const std::span<const T> expected = plain(model, x).values();
  for (const int threads : {1, 2, 3}) {
    Inference infer(prepared, threads);
    CHECK(relative_difference<T>(expected, infer(prepared, x).values()) <= tolerance);
    const auto once = infer(prepared, x).values();
    const std::vector<T> first(once.begin(), once.end());
    CHECK(std::ranges::equal(first, infer(prepared, x).values()));
  }
}

template <class Network>
void check_prepared() {
  for (const Index batch_size : {1, 2, 5, 32}) {
    check_prepared<Network, float>(batch_size, 1, 4e-6);
    check_prepared<Network, float>(batch_size, batch_size, 4e-6);
    check_prepared<Network, double>(batch_size, batch_size, 1e-13);
  }
}

}  // namespace

TEST_CASE("a prepared model predicts what the model does, whatever the convolutions") {
  check_prepared<Net>();
  check_prepared<Sequential<Input<13, 11, 16>, Conv2D<40, 3>, ReLU, Conv2D<24, 3>>>();
  check_prepared<Sequential<Input<7, 7, 64>, Conv2D<128, 5>, ReLU, MaxPool<2>>>();
  check_prepared<Sequential<Input<9, 9, 8>, Conv2D<16, 3, Stride{2}>, DepthwiseConv2D<3>, ReLU>>();
  check_prepared<Sequential<Input<5>, Dense<7>, ReLU, Dense<3>>>();
}

TEST_CASE("every transform can be prepared") {
  using Asked = Sequential<Input<17, 19, 5>, Conv2D<9, 3, Algorithm::winograd4>, ReLU,
                           Conv2D<7, 3, Algorithm::winograd6>, Conv2D<18, 3, Algorithm::fft>,
                           MaxPool<2>, Conv2D<4, 7, Padding::valid, Algorithm::fft>>;
  CHECK(PreparedModel(Model<Asked>{}).bytes() > 0);
  check_prepared<Asked>();
}

TEST_CASE("transforms are prepared where few samples would not pay for them") {
  using Large = Sequential<Input<7, 7, 64>, Conv2D<128, 5>>;
  const auto g = Conv2DLayer{.filters = 128, .kernel = 5}.geometry({7, 7, 64});
  CHECK(kernels::conv::select(g, 1) == Algorithm::indirect);
  CHECK(PreparedModel(Model<Large>{}).bytes() > 128 * 64 * 25 * Index{sizeof(float)});
  CHECK(PreparedModel(Model<Sequential<Input<5>, Dense<7>>>{}).bytes() == 0);
}

TEST_CASE("the number of threads does not change a bit") {
  const PreparedModel prepared(Model<Net>{2}, 4, 2);
  const auto pixels = noise<float>(4 * Net::input.size());
  const Batch<const float> x{pixels.data(), 4, Net::input};
  Inference one(prepared, 1);
  const auto expected = one(prepared, x).values();
  for (const int threads : {2, 3, 5}) {
    Inference infer(PreparedModel(Model<Net>{2}, 4, threads), threads);
    CHECK(std::ranges::equal(expected, infer(prepared, x).values()));
  }
}

TEST_CASE("a prepared model predicts data sets in batches of its own") {
  using Bars = Sequential<Input<8, 8, 1>, Conv2D<16, 3>, ReLU, Conv2D<16, 5>, Flatten, Dense<4>>;
  const Dataset<> data = tests::bars(23, 8, 4);
  const Model<Bars> model{7};
  const auto expected = predict_classes(model, data);
  for (const Index batch_size : {1, 5, 100}) {
    const PreparedModel prepared(model, batch_size);
    CHECK(predict_classes(prepared, data) == expected);
    CHECK(predict_classes(prepared, data, {.batch_size = 1, .threads = 1}) == expected);
  }
}

TEST_CASE("a prepared model that was moved from is refused") {
  PreparedModel prepared(Model<Net>{2}, 3);
  Inference infer(prepared, 1);
  const PreparedModel moved = std::move(prepared);
  const auto pixels = noise<float>(Net::input.size());
  const Batch<const float> x{pixels.data(), 1, Net::input};
  CHECK(infer(moved, x).count == 1);
  CHECK(prepared.batch_size() == 0);
  CHECK_THROWS_AS(infer(prepared, x), Error);
}

TEST_CASE("training the model afterwards does not reach the prepared one") {
  Model<Net> model{2};
  const PreparedModel prepared(model);
  const auto pixels = noise<float>(Net::input.size());
  const Batch<const float> x{pixels.data(), 1, Net::input};
  Inference infer(prepared, 1);
  const auto before = infer(prepared, x).values();
  const std::vector<float> expected(before.begin(), before.end());
  std::ranges::fill(model.parameters(), 0.0F);
  CHECK(std::ranges::equal(expected, infer(prepared, x).values()));
}

TEST_CASE("an inference is for what it was made for") {
  const Model<Net> model;
  const PreparedModel one(model);
  const PreparedModel four(model, 4);
  const auto pixels = noise<float>(2 * Net::input.size());
  const Batch<const float> x{pixels.data(), 2, Net::input};
  Inference<Net> plain(2);
  Inference infer(one);
  CHECK(error_message([&] { infer(model, x); }) ==
        "Inference: it was made for a prepared model, make one for this model");
  CHECK(error_message([&] { infer(one, x); }) ==
        "Inference: it was made for batches of up to 1 samples, this one has 2");
  const std::string other =
      "Inference: it was not made for a model prepared for batches of up to 4 samples, make one "
      "from it";
  CHECK(error_message([&] { infer(four, x); }) == other);
  CHECK(error_message([&] { plain(four, x); }) == other);
}

TEST_CASE("predicting with a prepared model allocates nothing") {
  const PreparedModel prepared(Model<Net>{}, 2);
  const auto pixels = noise<float>(2 * Net::input.size());
  for (const int threads : {1, 2}) {
    Inference infer(prepared, threads);
    infer(prepared, {pixels.data(), 2, Net::input});
    const long before = tests::allocations();
    for (int i = 0; i < 3; ++i) infer(prepared, {pixels.data(), 1 + i % 2, Net::input});
    CHECK(tests::allocations() == before);
  }
}
