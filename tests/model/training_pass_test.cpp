#include <tweed/tweed.hpp>

#include <doctest/doctest.h>
#include <support/error_message.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tweed;
using tests::error_message;

namespace {

/// Every layer, stages that fold and stages that work in place, in one small network.
using Net = Sequential<Input<7, 6, 2>, Conv2D<4, 3>, ReLU, MaxPool<2>, Dropout<0.25>,
                       Conv2D<5, Window{2, 3}, Stride{1, 2}>, MaxPool<2, Padding::same>, ReLU,
                       Flatten, Dropout<0.1>, Dense<8>, ReLU, Dropout<0.4>, Dense<3>>;

constexpr Index batch = 5;
constexpr RandomKey key{.seed = 4, .step = 2};

template <class T>
std::vector<T> numbers(Index count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(std::sin(static_cast<double>(3 * i + 1)));
  }
  return values;
}

const std::vector<Label> labels{0, 1, 2, 2, 1};

}  // namespace

TEST_CASE("gradients of a whole network agree with central differences") {
  Model<Net, double> model{3};
  for (double& value : model.parameters()) value += 0.01;  // biases too
  TrainingPass<Net, double> pass(batch, 2);
  auto pixels = numbers<double>(batch * Net::input.size());
  const Batch<double> x{pixels.data(), batch, Net::input};
  const SoftmaxCE loss;
  const auto mean_loss = [&] {
    return loss.value(pass.forward(model, x, key), labels).mean_loss();
  };
  const auto run = [&] {
    const auto logits = pass.forward(model, x, key);
    loss.gradient(logits, labels, pass.output_gradient());
  };
  run();
  pass.backward(model);
  const std::vector<double> gradients(pass.gradients().begin(), pass.gradients().end());
  run();
  const auto to_input = pass.backward_to_input(model);
  const std::vector<double> input_gradient(to_input.data, to_input.data + to_input.size());

  constexpr double step = 1e-6;
  const auto difference = [&](double& value) {
    const double kept = value;
    value = kept + step;
    const double above = mean_loss();
    value = kept - step;
    const double below = mean_loss();
    value = kept;
    return (above - below) / (2 * step);
  };
  for (const auto& placed : model.layout().trained_tensors()) {
    CAPTURE(placed.layer);
    for (Index i = 0; i < placed.tensor.size(); i += 7) {
      const auto at = static_cast<std::size_t>(placed.offset + i);
      CHECK(std::abs(difference(model.parameters()[at]) - gradients[at]) < 1e-8);
    }
  }
  for (std::size_t i = 0; i < pixels.size(); i += 5) {
    CHECK(std::abs(difference(pixels[i]) - input_gradient[i]) < 1e-8);
  }
}

TEST_CASE("gradients are overwritten, never added to") {
  const Model<Net> model{3};
  TrainingPass<Net> pass(batch, 1);
  const auto pixels = numbers<float>(batch * Net::input.size());
  const Batch<const float> x{pixels.data(), batch, Net::input};
  const auto gradients_after = [&](float before) {
    for (const auto& tensor : model.named(pass.gradients())) {
      std::fill(tensor.values.begin(), tensor.values.end(), before);
    }
    SoftmaxCE{}.gradient(pass.forward(model, x, key), labels, pass.output_gradient());
    pass.backward(model);
    return std::vector<float>(pass.gradients().begin(), pass.gradients().end());
  };
  const auto clean = gradients_after(0.0F);
  CHECK(gradients_after(std::numeric_limits<float>::quiet_NaN()) == clean);
}

TEST_CASE("a smaller batch uses the front of the memory") {
  const Model<Net, double> model{3};
  TrainingPass<Net, double> large(batch, 2);
  TrainingPass<Net, double> exact(2, 2);
  const auto pixels = numbers<double>(batch * Net::input.size());
  const Batch<const double> x{pixels.data(), 2, Net::input};
  const auto a = large.forward(model, x, key).values();
  const auto b = exact.forward(model, x, key).values();
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  const std::span<const Label> two = std::span(labels).first(2);
  SoftmaxCE{}.gradient(large.forward(model, x, key), two, large.output_gradient());
  SoftmaxCE{}.gradient(exact.forward(model, x, key), two, exact.output_gradient());
  large.backward(model);
  exact.backward(model);
  CHECK(std::equal(large.gradients().begin(), large.gradients().end(), exact.gradients().begin()));
}

TEST_CASE("a batch that does not fit is refused in words") {
  const Model<Net> model;
  TrainingPass<Net> pass(2);
  const auto pixels = numbers<float>(batch * Net::input.size());
  CHECK(error_message([&] {
          pass.forward(model, {pixels.data(), 3, Net::input}, key);
        }) == "TrainingPass: it was made for batches of up to 2 samples, this one has 3");
  CHECK(error_message([&] {
          pass.forward(model, {pixels.data(), 2, {6, 7, 2}}, key);
        }) == "TrainingPass: the network takes samples of 7x6x2, these are 6x7x2");
}

TEST_CASE("layers before the first one with parameters need no gradient") {
  using Late = Sequential<Input<4, 4, 1>, MaxPool<2>, Flatten, Dense<3>>;
  const Model<Late, double> model{1};
  TrainingPass<Late, double> pass(1);
  const auto pixels = numbers<double>(16);
  const Batch<const double> x{pixels.data(), 1, Late::input};
  const std::vector<Label> label{1};
  SoftmaxCE{}.gradient(pass.forward(model, x, key), label, pass.output_gradient());
  pass.backward(model);
  const std::vector<double> without(pass.gradients().begin(), pass.gradients().end());
  SoftmaxCE{}.gradient(pass.forward(model, x, key), label, pass.output_gradient());
  const auto input_gradient = pass.backward_to_input(model);
  CHECK(std::equal(without.begin(), without.end(), pass.gradients().begin()));
  const auto reached = std::count_if(input_gradient.data, input_gradient.data + 16,
                                     [](double value) { return value != 0.0; });
  CHECK(reached == 4);
}

TEST_CASE("the pass holds as many bytes as the plan says") {
  const TrainingPass<Net> pass(batch, 2);
  CHECK(pass.bytes() == training_bytes<Net>(batch, pass.threads()));
}
