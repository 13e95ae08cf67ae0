#include <tweed/core/flush_denormals.hpp>
#include <tweed/optim/adam.hpp>

#include <known_answers/pytorch.hpp>
#include <support/optimizer_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using tests::relative_error;
using namespace tweed;

TEST_CASE("Adam: gives what PyTorch gives") {
  using tests::after_known_steps;
  CHECK(relative_error(after_known_steps<double>(Adam{}), tests::pytorch::adam) < 1e-14);
  CHECK(relative_error(after_known_steps<float>(Adam{}), tests::pytorch::adam) < 1e-6);
  const Adam other{.learning_rate = 0.02, .beta1 = 0.7, .beta2 = 0.95, .epsilon = 0.01};
  CHECK(relative_error(after_known_steps<double>(other), tests::pytorch::adam_options) < 1e-14);
  CHECK(relative_error(after_known_steps<float>(other), tests::pytorch::adam_options) < 1e-6);
}

TEST_CASE("Adam: decays the weights as PyTorch's AdamW") {
  const Adam adamw{.learning_rate = 0.02, .weight_decay = 0.3};
  CHECK(relative_error(tests::after_known_steps<double>(adamw), tests::pytorch::adamw) < 1e-14);
  CHECK(relative_error(tests::after_known_steps<float>(adamw), tests::pytorch::adamw) < 1e-6);
  const auto start = tests::numbers<float>(100'003, 1);
  const auto one = tests::after_steps(adamw, start, 3, 1);
  for (const int threads : {2, 3}) {
    CHECK(tests::same_bits(tests::after_steps(adamw, start, 3, threads), one));
  }
}

TEST_CASE("Adam: follows the published algorithm") {
  const Adam adam{.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-3};
  for (const Index size : {1, 7, 64, 1003}) {
    CAPTURE(size);
    auto expected = tests::numbers<double>(size, 1);
    std::vector<double> m(expected.size());
    std::vector<double> v(expected.size());
    for (int t = 1; t <= 5; ++t) {
      const auto g = tests::numbers<double>(size, tests::gradient_stream(t));
      for (std::size_t i = 0; i < g.size(); ++i) {
        m[i] = 0.8 * m[i] + 0.2 * g[i];
        v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
        const double m_hat = m[i] / (1.0 - std::pow(0.8, t));
        const double v_hat = v[i] / (1.0 - std::pow(0.9, t));
        expected[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-3);
      }
    }
    const auto start = tests::numbers<double>(size, 1);
    CHECK(relative_error(tests::after_steps(adam, start, 5, 2), expected) < 1e-14);
    const auto in_float = tests::after_steps(adam, tests::converted<float>(start), 5, 2);
    CHECK(relative_error(in_float, expected) < 1e-6);
  }
}

TEST_CASE("Adam: a step is as long as the learning rate, whatever the gradient's scale") {
  for (const double scale : {1e-3, 1.0, 1e6}) {
    const Adam adam{.learning_rate = 0.5};
    auto state = adam.make_state<double>(2);
    std::vector<double> parameters{1.0, 1.0};
    adam.update<double>(state, parameters, std::vector<double>{scale, -scale}, 1);
    CHECK(parameters[0] == doctest::Approx(0.5).epsilon(1e-4));
    CHECK(parameters[1] == doctest::Approx(1.5).epsilon(1e-4));
  }
}

TEST_CASE("Adam: where the gradient is zero, nothing moves") {
  const auto start = tests::numbers<float>(10, 1);
  const Adam adam;
  auto state = adam.make_state<float>(10);
  auto parameters = start;
  for (int step = 0; step < 3; ++step) {
    adam.update<float>(state, parameters, std::vector<float>(10), 1);
  }
  CHECK(parameters == start);
}

TEST_CASE("Adam: the moments of a weight whose gradient has become zero are no denormal numbers") {
  const Adam adam{.beta2 = 0.9};
  auto state = adam.make_state<float>(3);
  std::vector<float> parameters(3);
  adam.update<float>(state, parameters, std::vector<float>(3, 1e-3F), 1);
  for (int step = 0; step < 1000; ++step) {
    adam.update<float>(state, parameters, std::vector<float>(3), 1);
  }
  const auto is_normal_or_zero = [](float value) { return value == 0.0F || std::isnormal(value); };
  const bool flushes = detail::float_control() != 0;
  CHECK(std::ranges::all_of(state.first_moment.values(), is_normal_or_zero) == flushes);
  CHECK(std::ranges::all_of(state.second_moment.values(), is_normal_or_zero) == flushes);
}

TEST_CASE("Adam: any number of threads gives the same bits") {
  const auto start = tests::numbers<float>(100'003, 1);
  const auto one = tests::after_steps(Adam{}, start, 3, 1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(tests::same_bits(tests::after_steps(Adam{}, start, 3, threads), one));
  }
}

TEST_CASE("Adam: the state starts at zero and knows its steps") {
  auto state = Adam{}.make_state<float>(5);
  const auto zero = [](float value) { return value == 0.0F; };
  CHECK(state.first_moment.size() == 5);
  CHECK(state.second_moment.size() == 5);
  CHECK(std::ranges::all_of(state.first_moment.values(), zero));
  CHECK(std::ranges::all_of(state.second_moment.values(), zero));
  CHECK(state.step == 0);
  std::vector<float> parameters(5);
  Adam{}.update<float>(state, parameters, std::vector<float>(5, 1.0F), 1);
  CHECK(state.step == 1);
  CHECK(state.first_moment.data()[4] == doctest::Approx(0.1));
  CHECK(state.second_moment.data()[4] == doctest::Approx(0.001));
}

TEST_CASE("Adam: no parameters, nothing to do") {
  auto state = Adam{}.make_state<float>(5);
  Adam{}.update<float>(state, {}, {}, 2);
  const auto zero = [](float value) { return value == 0.0F; };
  CHECK(std::ranges::all_of(state.first_moment.values(), zero));
  CHECK(std::ranges::all_of(state.second_moment.values(), zero));
  auto empty = Adam{}.make_state<float>(0);
  Adam{}.update<float>(empty, {}, {}, 2);
  CHECK(empty.first_moment.size() == 0);
}
