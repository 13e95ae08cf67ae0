#include <tweed/model/any_network.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <tweed/tweed.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/synthetic.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace tweed;
using tests::error_message;

namespace {

/// y = scale * x in training, and scale * (x - mean) in inference, where the mean of each channel
/// follows those of the batches.
struct Centre {
  static constexpr std::string_view name = "centre";
  static constexpr Reads backward_reads{.input = true, .output = false};

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr TensorList tensors(const Shape& input) {
    TensorList tensors;
    tensors.add({"scale", {input.channels, 1, 1, 1}, 1, Initializer::ones});
    tensors.add({"mean", {input.channels, 1, 1, 1}, 1, Initializer::zeros, 1, 1, Role::state});
    return tensors;
  }

  /// The batch's means.
  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index, int) {
    return {.kept = aligned_bytes(input.channels * Index{sizeof(T)})};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    for (Index i = 0; i < pass.x.size(); ++i) {
      const auto c = channel(i, pass.x.shape);
      pass.y.data[i] = pass.parameters[0][c] * (pass.x.data[i] - pass.state[0][c]);
    }
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    T* const means = elements_of<T>(pass.kept, pass.x.shape.channels);
    std::fill_n(means, pass.x.shape.channels, T{});
    const auto count = static_cast<T>(pass.x.size() / pass.x.shape.channels);
    for (Index i = 0; i < pass.x.size(); ++i) {
      const auto c = channel(i, pass.x.shape);
      means[c] += pass.x.data[i] / count;
      pass.y.data[i] = pass.parameters[0][c] * pass.x.data[i];
    }
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    std::ranges::fill(pass.gradients[0], T{});
    for (Index i = 0; i < pass.x.size(); ++i) {
      const auto c = channel(i, pass.x.shape);
      pass.gradients[0][c] += pass.dy.data[i] * pass.x.data[i];
      if (!pass.dx.empty()) pass.dx.data[i] = pass.dy.data[i] * pass.parameters[0][c];
    }
  }

  template <class T>
  static void commit(const CommitPass<T>& pass) {
    const T* const means = elements_of<T>(pass.kept, pass.input.channels);
    for (std::size_t c = 0; c < pass.state[0].size(); ++c) {
      pass.state[0][c] = T(0.75) * pass.state[0][c] + T(0.25) * means[c];
    }
  }

 private:
  static std::size_t channel(Index i, const Shape& shape) {
    return static_cast<std::size_t>(i % shape.channels);
  }
};

using Net = Sequential<Input<8, 8, 1>, Centre, Conv2D<3, 3>, Centre, ReLU, Flatten, Dense<4>>;
using NetAgain =
    Sequential<Input<8, 8, 1>, Recompute<Centre, Conv2D<3, 3>, Centre, ReLU>, Flatten, Dense<4>>;

constexpr RandomKey key{};
const std::vector<Label> labels{0, 3};

std::vector<float> pixels() {
  std::vector<float> values(2 * 64, 0.5F);
  values[0] = 32.5F;  // a mean of 0.75
  return values;
}

template <class M>
std::vector<float> values_of(const M& model) {
  return {model.values().begin(), model.values().end()};
}

/// A step without an optimiser.
template <class Network>
void run_passes(const Model<Network>& model, TrainingPass<Network>& pass) {
  static const auto x = pixels();
  SoftmaxCE{}.gradient(pass.forward(model, {x.data(), 2, {8, 8, 1}}, key), labels,
                       pass.output_gradient());
  pass.backward(model);
}

template <class Network>
void check_commit(Model<Network> model) {
  const auto before = values_of(model);
  TrainingPass<Network> pass(model, 2, 2);
  run_passes(model, pass);
  CHECK(tests::same_bits(model.values(), before));
  pass.commit(model);
  CHECK(tests::same_bits(model.parameters(), std::span(before).first(model.parameters().size())));
  const auto tensors = model.tensors();
  const auto mean = std::ranges::find(tensors, "centre_1.mean", &NamedTensor<float>::name);
  REQUIRE(mean != tensors.end());
  CHECK(mean->values[0] == 0.25F * 0.75F);
  run_passes(model, pass);
  pass.commit(model);
  CHECK(mean->values[0] == 0.75F * 0.25F * 0.75F + 0.25F * 0.75F);
}

}  // namespace

TEST_CASE("state: the gradients of a layer that has some") {
  const auto report = testing::check_gradients<Centre>({3, 4, 2});
  CHECK_MESSAGE(report.passed(), report.where);
}

TEST_CASE("state: lies behind what is trained, and has names") {
  const Model<Net> model;
  CHECK(model.values().size() == model.parameters().size() + 2 * 16);
  CHECK(std::ssize(model.parameters()) == Net::block_size);
  const auto tensors = model.tensors();
  REQUIRE(tensors.size() == 8);
  CHECK(tensors[0].name == "centre_1.scale");
  CHECK(tensors[6].name == "centre_1.mean");
  CHECK(tensors[7].name == "centre_2.mean");
  CHECK(tensors[7].dims == std::vector<Index>{3});
  TrainingPass<Net> pass(1);
  CHECK(pass.gradients().size() == model.parameters().size());
  CHECK(model.named(pass.gradients()).size() == 6);
  CHECK(Net::parameter_count == 1 + 30 + 3 + 192 * 4 + 4);
}

TEST_CASE("state: both passes leave it alone, commit moves it and nothing else") {
  check_commit(Model<Net>{1});
  check_commit(Model<Unfolded<Net>>{1});
  check_commit(AnyModel(any_network<Net>(), 1));
  check_commit(Model<NetAgain>{1});  // forward runs twice, and counts once
}

TEST_CASE("state: inference reads it") {
  Model<Net> model{1};
  const auto x = pixels();
  const auto before = predict_logits(model, Batch<const float>{x.data(), 2, Net::input});
  for (const auto& tensor : model.tensors()) {
    if (tensor.name == "centre_1.mean") tensor.values[0] = 0.75F;
  }
  CHECK(predict_logits(model, Batch<const float>{x.data(), 2, Net::input}) != before);
}

TEST_CASE("state: a step that is refused changes neither weights nor state") {
  Model<Net> model{1};
  Trainer trainer(model, SoftmaxCE{}, Adam{}, {.batch_size = 2});
  auto x = pixels();
  trainer.step({x.data(), 2, Net::input}, labels);
  const auto before = values_of(model);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(error_message([&] { trainer.step({x.data(), 2, Net::input}, labels); }).empty());
  CHECK(tests::same_bits(model.values(), before));
  x[3] = 0.5F;
  trainer.step({x.data(), 2, Net::input}, labels);
  const auto after = values_of(model);
  CHECK(after.back() == before.back());  // a gap
  CHECK_FALSE(
      tests::same_bits(model.parameters(), std::span(before).first(model.parameters().size())));
  CHECK_FALSE(tests::same_bits(model.values().last(32), std::span(before).last(32)));
}

TEST_CASE("state: training brings it along, the same bits through both doors") {
  const Dataset<> data = tests::bars(20, 8, 4);
  const auto trained = [&](auto model, int threads) {
    fit(model, SoftmaxCE{}, Adam{}, data, {.batch_size = 8, .steps = 7, .threads = threads});
    return values_of(model);
  };
  const auto expected = trained(Model<Net>{1}, 1);
  CHECK(expected.size() > 32);
  CHECK(expected[expected.size() - 32] != 0.0F);
  for (const int threads : {1, 3}) {
    CHECK(trained(Model<Net>{1}, threads) == expected);
    CHECK(trained(AnyModel(any_network<Net>(), 1), threads) == expected);
    CHECK(trained(Model<NetAgain>{1}, threads) == expected);
  }
}

TEST_CASE("state: early stopping puts that of the best epoch back") {
  const Dataset<> data = tests::bars(20, 8, 4);
  Model<Net> model{1};
  std::vector<std::vector<float>> after_epochs;
  std::vector<double> losses;
  fit(model, SoftmaxCE{}, SGD{.learning_rate = 0.4}, data, tests::bars(9, 8, 4, 7),
      {.batch_size = 5,
       .epochs = 40,
       .early_stopping = EarlyStopping{.patience = 2},
       .on_epoch = [&](const EpochReport& report) {
         after_epochs.push_back(values_of(model));
         losses.push_back(report.validation->loss);
       }});
  const auto best = std::ranges::min_element(losses) - losses.begin();
  REQUIRE(best + 1 < std::ssize(losses));
  CHECK(tests::same_bits(model.values(), after_epochs[static_cast<std::size_t>(best)]));
  CHECK_FALSE(tests::same_bits(after_epochs.back(), after_epochs[static_cast<std::size_t>(best)]));
}
