#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tweed;

namespace {

using Network =
    Sequential<Input<6, 5, 3>, Conv2D<4, 3>, BatchNorm<>, ReLU,
               Residual<Conv2D<4, 3>, BatchNorm<>, ReLU, BatchNorm<>>, AveragePool<2>, Upsample<2>,
               ConvTranspose2D<4, 3, Stride{2}, Groups{2}>, BatchNorm<NoShift{}>, SiLU,
               ConvTranspose2D<4, 2, NoBias{}>, BatchNorm<NoScale{}, NoShift{}>, ReLU,
               Multiply<Path<GlobalAveragePool, Dense<4>>>, GlobalAveragePool, Dense<3>>;

Dataset<float> data(Index count) {
  Dataset<float> data;
  data.shape = {6, 5, 3};
  data.images = tests::numbers<float>(count * data.shape.size(), 1);
  for (Index i = 0; i < count; ++i) data.labels.push_back(static_cast<Label>(i % 3));
  return data;
}

template <class Net>
Model<Net> trained(int threads) {
  Model<Net> model{1};
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, data(24),
      {.batch_size = 7, .steps = 9, .threads = threads});
  return model;
}

bool is_state(std::string_view name) {
  return name.ends_with(".mean") || name.ends_with(".variance");
}

}  // namespace

TEST_CASE(
    "batch normalisation in a network: the same bits for any number of threads, folded or not") {
  const auto one = trained<Network>(1);
  for (const int threads : {2, 3, 8}) {
    CHECK(tests::same_bits(trained<Network>(threads).values(), one.values()));
  }
  CHECK(tests::same_bits(trained<Unfolded<Network>>(2).values(), one.values()));
}

TEST_CASE("batch normalisation in a network: training moves the state, the optimiser leaves it") {
  const Model<Network> fresh{1};
  auto model = trained<Network>(2);
  const auto before = fresh.tensors();
  const auto after = model.tensors();
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (is_state(after[i].name)) {
      CAPTURE(after[i].name);
      CHECK(tests::largest_difference(after[i].values, before[i].values) > 0.0);
    }
  }
  // State moves whatever the rate.
  Model<Network> still{1};
  fit(still, SoftmaxCE{}, SGD{.learning_rate = 1e-30}, data(8), {.batch_size = 8, .steps = 1});
  const auto moved = still.tensors();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAPTURE(moved[i].name);
    const double difference = tests::largest_difference(moved[i].values, before[i].values);
    CHECK((difference > 1e-6) == is_state(moved[i].name));
  }
}

TEST_CASE("batch normalisation in a network: a step that is refused leaves the state alone") {
  Model<Network> model{1};
  const std::vector<float> before(model.values().begin(), model.values().end());
  auto broken = data(8);
  broken.images[17] = std::numeric_limits<float>::infinity();
  CHECK_FALSE(tests::error_message([&] {
                fit(model, SoftmaxCE{}, Adam{}, broken, {.batch_size = 8, .steps = 1});
              }).empty());
  CHECK(tests::same_bits(model.values(), before));
}

TEST_CASE("batch normalisation in a network: prepared models fold it, and predict the same") {
  const auto model = trained<Network>(2);
  const auto test = data(9);
  const Batch<const float> x{test.images.data(), 9, test.shape};
  const auto plain = predict_logits(model, x);
  const auto prepared = predict_logits(PreparedModel{model}, x);
  CHECK(tests::relative_error(prepared, plain) < 1e-5);
  for (const float value : plain) CHECK(value == value);
}
