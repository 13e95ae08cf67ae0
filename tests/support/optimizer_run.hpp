#pragma once

#include <tweed/optim/optimizer.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

namespace tests {

/// The stream of the gradients in a step, counted from 1. known_answers/generate.py uses the same.
constexpr std::uint32_t gradient_stream(int step) { return static_cast<std::uint32_t>(100 + step); }

/// An optimiser on its way, with gradients that are the same every time.
template <class Optimizer, class T>
class OptimizerRun {
 public:
  /// `places`: for an optimiser that must know the tensors.
  OptimizerRun(const Optimizer& optimizer, const std::vector<T>& start, int threads,
               std::span<const tweed::ParameterPlace> places = {})
      : optimizer_(optimizer),
        state_(tweed::detail::make_state<T>(optimizer, std::ssize(start), places)),
        parameters_(std::ssize(start)),
        threads_(threads) {
    std::ranges::copy(start, parameters_.data());
  }

  void step() {
    const auto size = std::ssize(parameters_.values());
    const auto gradients = numbers<T>(size, gradient_stream(++steps_));
    optimizer_.template update<T>(state_, parameters_.values(), gradients, threads_);
    CHECK(parameters_.intact());
  }

  std::vector<T> parameters() { return parameters_.copy(); }

 private:
  Optimizer optimizer_;
  typename Optimizer::template State<T> state_;
  Guarded<T> parameters_;
  int threads_;
  int steps_ = 0;
};

template <class Optimizer, class T>
std::vector<T> after_steps(const Optimizer& optimizer, const std::vector<T>& start, int steps,
                           int threads) {
  OptimizerRun<Optimizer, T> run(optimizer, start, threads);
  for (int step = 0; step < steps; ++step) run.step();
  return run.parameters();
}

/// Parameters after steps 1, 2 and 10, as in known_answers: five, or a matrix.
template <class T, class Optimizer>
std::vector<T> after_known_steps(const Optimizer& optimizer,
                                 tweed::ParameterPlace place = {.columns = 5}) {
  constexpr std::uint32_t parameter_stream = 3;
  OptimizerRun<Optimizer, T> run(
      optimizer, numbers<T>(place.rows * place.columns, parameter_stream), 1, std::span(&place, 1));
  std::vector<T> kept;
  for (int step = 1; step <= 10; ++step) {
    run.step();
    if (step != 1 && step != 2 && step != 10) continue;
    for (const T value : run.parameters()) kept.push_back(value);
  }
  return kept;
}

}  // namespace tests
