#include <tweed/optim/lookahead.hpp>
#include <tweed/optim/muon.hpp>
#include <tweed/optim/sgd.hpp>

#include <support/error_message.hpp>
#include <support/optimizer_run.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::relative_error;
using namespace tweed;

namespace {

const SGD sgd{.learning_rate = 0.1, .momentum = 0.9};

}  // namespace

TEST_CASE("Lookahead: goes back a part of the way after every k steps") {
  for (const Index size : {1, 7, 64, 1003}) {
    CAPTURE(size);
    const auto start = tests::numbers<double>(size, 1);
    auto slow = start;
    auto fast = start;
    std::vector<double> velocity(start.size());
    for (int step = 1; step <= 7; ++step) {
      const auto g = tests::numbers<double>(size, tests::gradient_stream(step));
      for (std::size_t i = 0; i < g.size(); ++i) {
        velocity[i] = 0.9 * velocity[i] + g[i];
        fast[i] -= 0.1 * velocity[i];
        if (step % 3 == 0) fast[i] = slow[i] = slow[i] + 0.25 * (fast[i] - slow[i]);
      }
    }
    const Lookahead lookahead{sgd, {.every = 3, .towards = 0.25}};
    CHECK(relative_error(tests::after_steps(lookahead, start, 7, 2), fast) < 1e-13);
  }
}

TEST_CASE("Lookahead: before k steps, and all the way, it is its optimiser") {
  const auto start = tests::numbers<float>(100, 1);
  const auto plain = tests::after_steps(sgd, start, 4, 1);
  CHECK(tests::after_steps(Lookahead{sgd}, start, 4, 1) == plain);
  const Lookahead whole{sgd, {.every = 2, .towards = 1.0}};
  CHECK(relative_error(tests::after_steps(whole, start, 4, 1), plain) < 1e-6);
}

TEST_CASE("Lookahead: any number of threads gives the same bits") {
  const auto start = tests::numbers<float>(100'003, 1);
  const Lookahead lookahead{sgd, {.every = 2}};
  const auto one = tests::after_steps(lookahead, start, 5, 1);
  for (const int threads : {2, 3, 8}) {
    CHECK(tests::same_bits(tests::after_steps(lookahead, start, 5, threads), one));
  }
}

TEST_CASE("Lookahead: rates, decays and companions are those of its optimiser") {
  Lookahead lookahead{SGD{.learning_rate = 0.5, .weight_decay = 0.1}};
  CHECK(detail::rate_of(lookahead) == 0.5);
  detail::scale_rate(lookahead, 0.5);
  detail::set_weight_decay(lookahead, 0.2);
  CHECK(lookahead.optimizer().learning_rate == 0.25);
  CHECK(lookahead.optimizer().weight_decay == 0.2);
  static_assert(Optimizer<Lookahead<SGD>> && Optimizer<Lookahead<Muon>, double>);
  static_assert(Lookahead<Muon>::has_companion && !Lookahead<SGD>::has_companion);
}

TEST_CASE("Lookahead: settings out of their range are refused") {
  const auto said = [](const LookaheadOptions& options) {
    return tests::error_message([&] { Lookahead{sgd, options}.make_state<float>(3); });
  };
  CHECK(said({.every = 0}) == "Lookahead: every is 0, it must be at least 1");
  CHECK(said({.towards = 0}) == "Lookahead: towards is 0, it must be above 0 and at most 1");
  auto state = Lookahead{sgd}.make_state<float>(0);
  Lookahead{sgd}.update<float>(state, {}, {}, 2);
}
