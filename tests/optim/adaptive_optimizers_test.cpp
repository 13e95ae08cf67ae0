#include <tweed/optim/adagrad.hpp>
#include <tweed/optim/lion.hpp>
#include <tweed/optim/rmsprop.hpp>

#include <known_answers/pytorch.hpp>
#include <support/error_message.hpp>
#include <support/optimizer_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using tests::relative_error;
using namespace tweed;

namespace {

const RMSprop other_rmsprop{
    .learning_rate = 0.02, .decay = 0.9, .momentum = 0.8, .epsilon = 1e-3, .centered = true};
const Adagrad other_adagrad{.learning_rate = 0.05, .initial_sum = 0.1, .epsilon = 1e-3};
const Lion other_lion{.learning_rate = 0.02, .beta1 = 0.7, .beta2 = 0.8, .weight_decay = 0.3};

/// `steps` of an optimiser, whose numbers of each parameter `step(p, g, memory)` changes.
template <class Step>
std::vector<double> naive(Index size, int steps, const Step& step) {
  auto parameters = tests::numbers<double>(size, 1);
  std::vector<std::vector<double>> memory(parameters.size(), std::vector<double>(3));
  for (int t = 1; t <= steps; ++t) {
    const auto g = tests::numbers<double>(size, tests::gradient_stream(t));
    for (std::size_t i = 0; i < g.size(); ++i) step(parameters[i], g[i], memory[i]);
  }
  return parameters;
}

/// Compares with a naive version, for sizes that fill no register, and any number of threads; and
/// nothing with nothing.
template <class Optimizer, class Step>
void check_against(const Optimizer& optimizer, const Step& step) {
  for (const Index size : {1, 7, 64, 1003}) {
    CAPTURE(size);
    const auto expected = naive(size, 5, step);
    const auto start = tests::numbers<double>(size, 1);
    CHECK(relative_error(tests::after_steps(optimizer, start, 5, 2), expected) < 1e-14);
    const auto in_float = tests::after_steps(optimizer, tests::converted<float>(start), 5, 2);
    CHECK(relative_error(in_float, expected) < 1e-5);
  }
  const auto start = tests::numbers<float>(100'003, 1);
  const auto one = tests::after_steps(optimizer, start, 3, 1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(tests::same_bits(tests::after_steps(optimizer, start, 3, threads), one));
  }
  auto empty = optimizer.template make_state<float>(0);
  optimizer.template update<float>(empty, {}, {}, 2);
}

}  // namespace

TEST_CASE("RMSprop, Adagrad: give what PyTorch gives") {
  using tests::after_known_steps;
  CHECK(relative_error(after_known_steps<double>(RMSprop{}), tests::pytorch::rmsprop) < 1e-14);
  CHECK(relative_error(after_known_steps<float>(RMSprop{}), tests::pytorch::rmsprop) < 1e-6);
  const auto centered = after_known_steps<double>(other_rmsprop);
  CHECK(relative_error(centered, tests::pytorch::rmsprop_options) < 1e-13);
  CHECK(relative_error(after_known_steps<double>(Adagrad{}), tests::pytorch::adagrad) < 1e-14);
  CHECK(relative_error(after_known_steps<float>(Adagrad{}), tests::pytorch::adagrad) < 1e-6);
  const auto begun = after_known_steps<double>(other_adagrad);
  CHECK(relative_error(begun, tests::pytorch::adagrad_options) < 1e-14);
}

TEST_CASE("Lion: follows the paper") {
  using tests::after_known_steps;
  CHECK(relative_error(after_known_steps<double>(Lion{}), tests::pytorch::lion) < 1e-14);
  CHECK(relative_error(after_known_steps<float>(Lion{}), tests::pytorch::lion) < 1e-6);
  CHECK(relative_error(after_known_steps<double>(other_lion), tests::pytorch::lion_options) <
        1e-14);
  std::vector<double> parameters{1, 1, 1, 1};
  auto state = Lion{}.make_state<double>(4);
  Lion{.learning_rate = 0.25}.update<double>(state, parameters,
                                             std::vector<double>{1e-300, -1e300, 0, -0.0}, 1);
  CHECK(parameters == std::vector<double>{0.75, 1.25, 1, 1});
}

TEST_CASE("RMSprop: follows the formula") {
  check_against(other_rmsprop, [](double& p, double g, std::vector<double>& of) {
    of[0] = 0.9 * of[0] + 0.1 * g * g;
    of[1] += 0.1 * (g - of[1]);
    of[2] = 0.8 * of[2] + g / (std::sqrt(of[0] - of[1] * of[1]) + 1e-3);
    p -= 0.02 * of[2];
  });
  check_against(RMSprop{.weight_decay = 0.5}, [](double& p, double g, std::vector<double>& of) {
    of[0] = 0.99 * of[0] + 0.01 * g * g;
    p = (1 - 0.01 * 0.5) * p - 0.01 * g / (std::sqrt(of[0]) + 1e-8);
  });
}

TEST_CASE("Adagrad: follows the formula") {
  const Adagrad adagrad{.learning_rate = 0.05, .epsilon = 1e-3, .weight_decay = 0.5};
  check_against(adagrad, [](double& p, double g, std::vector<double>& of) {
    of[0] += g * g;
    p = (1 - 0.05 * 0.5) * p - 0.05 * g / (std::sqrt(of[0]) + 1e-3);
  });
}

TEST_CASE("Lion: follows the formula") {
  check_against(other_lion, [](double& p, double g, std::vector<double>& of) {
    const double towards = 0.7 * of[0] + 0.3 * g;
    p = (1 - 0.02 * 0.3) * p - 0.02 * (towards > 0 ? 1 : towards < 0 ? -1 : 0);
    of[0] = 0.8 * of[0] + 0.2 * g;
  });
}

TEST_CASE("a centred RMSprop of gradients that do not change divides by epsilon, never by NaN") {
  const RMSprop rmsprop{.decay = 0.5, .epsilon = 1.0, .centered = true};
  auto state = rmsprop.make_state<float>(1);
  std::vector<float> parameters(1);
  for (int step = 0; step < 100; ++step) {
    rmsprop.update<float>(state, parameters, std::vector<float>{0.3F}, 1);
  }
  CHECK(std::isfinite(parameters[0]));
}

TEST_CASE("a setting out of its range is refused, and a state that does not fit") {
  const auto said = [](const auto& optimizer) {
    return tests::error_message([&] { optimizer.template make_state<float>(3); });
  };
  CHECK(said(RMSprop{.decay = 1}) == "RMSprop: decay is 1, it must be at least 0 and below 1");
  CHECK(said(RMSprop{.epsilon = 0}).starts_with("RMSprop: epsilon is 0"));
  CHECK(said(Adagrad{.initial_sum = -1}).starts_with("Adagrad: initial_sum is -1"));
  CHECK(
      said(Lion{.beta2 = std::numeric_limits<double>::quiet_NaN()}).starts_with("Lion: beta2 is"));
  std::vector<float> parameters(3);
  const std::vector<float> gradients(3);
  auto state = RMSprop{}.make_state<float>(3);
  CHECK(tests::error_message([&] {
          RMSprop{.momentum = 0.5}.update<float>(state, parameters, gradients, 1);
        }) == "RMSprop: 3 parameters, but 3 gradients and a state for 0");
}
