/// A layer of one's own: an activation with a parameter that is learned. It is checked against
/// central differences, then takes part in a network like any other layer. Two spirals that no line
/// can separate are told apart with an accuracy of 0.95 or more.

#include <tweed/testing/gradient_check.hpp>
#include <tweed/tweed.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

using namespace tweed;

/// y = x * sigmoid(beta * x), where each channel has and learns its own beta, 1 at first
/// (Ramachandran, Zoph and Le, *Searching for Activation Functions*, 2017).
struct Swish {
  static constexpr std::string_view name = "swish";
  static constexpr Reads backward_reads{.input = true, .output = false};

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr std::array<Parameter, 1> parameters(const Shape& input) {
    return {{{"beta", {input.channels, 1, 1, 1}, 1, Initializer::ones}}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const std::span<const T> beta = pass.parameters[0];
    for_each_element(pass.x, [&](Index i, std::size_t channel) {
      const T x = pass.x.data[i];
      pass.y.data[i] = x * sigmoid(beta[channel] * x);
    });
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const std::span<const T> beta = pass.parameters[0];
    const std::span<T> beta_gradient = pass.gradients[0];
    std::fill(beta_gradient.begin(), beta_gradient.end(), T{});
    for_each_element(pass.x, [&](Index i, std::size_t channel) {
      const T x = pass.x.data[i];
      const T dy = pass.dy.data[i];
      const T s = sigmoid(beta[channel] * x);
      const T slope = x * s * (T{1} - s);  // of the sigmoid, by beta
      beta_gradient[channel] += dy * x * slope;
      if (!pass.dx.empty()) pass.dx.data[i] = dy * (s + beta[channel] * slope);
    });
  }

 private:
  template <class T>
  static T sigmoid(T x) {
    return T{1} / (T{1} + std::exp(-x));
  }

  /// Calls `body(position, channel)`; the channels lie innermost.
  template <class T, class Body>
  static void for_each_element(const Batch<T>& batch, const Body& body) {
    const Index channels = batch.shape.channels;
    for (Index i = 0; i < batch.size(); ++i) body(i, static_cast<std::size_t>(i % channels));
  }
};

/// Points on two spirals, each winding around the centre one and a half times.
Dataset<float> spirals(Index count, std::uint64_t seed) {
  Dataset<float> data{.shape = {1, 1, 2}, .images = {}, .labels = {}, .class_names = {}};
  for (Index i = 0; i < count; ++i) {
    const auto label = static_cast<Label>(i % 2);
    const double radius = random_uniform({.seed = seed}, static_cast<std::uint64_t>(i));
    const double angle = (3.0 * radius + label) * std::numbers::pi;
    data.images.push_back(static_cast<float>(radius * std::cos(angle)));
    data.images.push_back(static_cast<float>(radius * std::sin(angle)));
    data.labels.push_back(label);
  }
  return data;
}

int main() {
  const auto check = testing::check_gradients<Swish>({3, 2, 4});
  std::printf("gradients: largest relative error %.1e\n", check.worst);
  if (!check.passed()) {
    std::fprintf(stderr, "custom_layer: %s\n", check.where.c_str());
    return 1;
  }

  using Net = Sequential<Input<2>, Dense<32>, Swish, Dense<32>, Swish, Dense<2>>;
  Model<Net> model{0};
  fit(model, SoftmaxCE{}, Adam{.learning_rate = 0.01}, spirals(1000, 1),
      {.batch_size = 50, .epochs = 40, .threads = 1});
  const auto [loss, accuracy] = evaluate(model, SoftmaxCE{}, spirals(1000, 2), {.threads = 1});
  std::printf("spirals: loss %.4f, accuracy %.3f\n", loss, accuracy);
  return accuracy >= 0.95 ? 0 : 1;
}
