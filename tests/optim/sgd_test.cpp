#include <tweed/optim/sgd.hpp>
#include <known_answers/pytorch.hpp>
#include <support/optimizer_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using tests::relative_error;
using namespace tweed;

namespace {

const std::vector<SGD> every_kind{
    {.learning_rate = 0.05},
    {.learning_rate = 0.05, .momentum = 0.9},
    {.learning_rate = 0.05, .momentum = 0.9, .nesterov = true},
    {.learning_rate = 0.05, .weight_decay = 0.1},
    {.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.1},
};

}  // namespace

TEST_CASE("SGD: gives what PyTorch gives") {
  const std::vector answers{tests::pytorch::sgd, tests::pytorch::sgd_momentum,
                            tests::pytorch::sgd_nesterov};
  for (std::size_t kind = 0; kind < answers.size(); ++kind) {
    CAPTURE(kind);
    const SGD& sgd = every_kind[kind];
    CHECK(relative_error(tests::after_known_steps<double>(sgd), answers[kind]) < 1e-14);
    CHECK(relative_error(tests::after_known_steps<float>(sgd), answers[kind]) < 1e-6);
  }
}

TEST_CASE("SGD: without momentum, decays the weights as PyTorch does") {
  const SGD sgd{.learning_rate = 0.05, .weight_decay = 0.3};
  CHECK(relative_error(tests::after_known_steps<double>(sgd), tests::pytorch::sgd_decay) < 1e-14);
  CHECK(relative_error(tests::after_known_steps<float>(sgd), tests::pytorch::sgd_decay) < 1e-6);
}

TEST_CASE("SGD: follows the formula") {
  for (const SGD& sgd : every_kind) {
    for (const Index size : {1, 7, 64, 1003}) {
      CAPTURE(sgd.momentum);
      CAPTURE(sgd.nesterov);
      CAPTURE(size);
      const auto start = tests::numbers<double>(size, 1);
      auto expected = start;
      std::vector<double> velocity(start.size());
      for (int step = 1; step <= 5; ++step) {
        const auto g = tests::numbers<double>(size, tests::gradient_stream(step));
        for (std::size_t i = 0; i < g.size(); ++i) {
          velocity[i] = sgd.momentum * velocity[i] + g[i];
          const double ahead = g[i] + sgd.momentum * velocity[i];
          expected[i] *= 1.0 - 0.05 * sgd.weight_decay;
          expected[i] -= 0.05 * (sgd.nesterov ? ahead : velocity[i]);
        }
      }
      CHECK(relative_error(tests::after_steps(sgd, start, 5, 2), expected) < 1e-14);
      const auto in_float = tests::after_steps(sgd, tests::converted<float>(start), 5, 2);
      CHECK(relative_error(in_float, expected) < 1e-6);
    }
  }
}

TEST_CASE("SGD: any number of threads gives the same bits") {
  const auto start = tests::numbers<float>(100'003, 1);
  for (const SGD& sgd : every_kind) {
    const auto one = tests::after_steps(sgd, start, 3, 1);
    for (const int threads : {2, 3, 8}) {
      CAPTURE(threads);
      CHECK(tests::same_bits(tests::after_steps(sgd, start, 3, threads), one));
    }
  }
}

TEST_CASE("SGD: holds a velocity only where there is momentum, and it starts at zero") {
  CHECK(SGD{}.make_state<float>(5).velocity.size() == 0);
  const auto state = SGD{.momentum = 0.5}.make_state<float>(5);
  CHECK(state.velocity.size() == 5);
  CHECK(std::ranges::all_of(state.velocity.values(), [](float value) { return value == 0.0F; }));
}

TEST_CASE("SGD: no parameters, nothing to do") {
  for (const SGD& sgd : every_kind) {
    auto state = sgd.make_state<float>(5);
    sgd.update<float>(state, {}, {}, 2);
    CHECK(std::ranges::all_of(state.velocity.values(), [](float value) { return value == 0.0F; }));
    auto empty = sgd.make_state<float>(0);
    sgd.update<float>(empty, {}, {}, 2);
    CHECK(empty.velocity.size() == 0);
  }
}
