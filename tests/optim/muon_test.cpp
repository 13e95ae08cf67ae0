#include <tweed/optim/muon.hpp>

#include <known_answers/pytorch.hpp>
#include <support/error_message.hpp>
#include <support/optimizer_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using tests::relative_error;
using namespace tweed;

namespace {

ParameterPlace matrix(Index rows, Index columns) {
  return {.offset = 0, .rows = rows, .columns = columns, .is_matrix = true};
}

template <class T>
std::vector<T> after(const Muon& muon, const std::vector<ParameterPlace>& places, Index size,
                     int steps, int threads) {
  tests::OptimizerRun<Muon, T> run(muon, tests::numbers<T>(size, 1), threads, places);
  for (int step = 0; step < steps; ++step) run.step();
  return run.parameters();
}

/// a [m,k] times b [k,n], either of them transposed.
std::vector<double> product(const std::vector<double>& a, bool a_is_transposed,
                            const std::vector<double>& b, bool b_is_transposed, std::size_t m,
                            std::size_t k, std::size_t n) {
  std::vector<double> c(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t l = 0; l < k; ++l) {
        c[i * n + j] += (a_is_transposed ? a[l * m + i] : a[i * k + l]) *
                        (b_is_transposed ? b[j * k + l] : b[l * n + j]);
      }
    }
  }
  return c;
}

/// Two steps of Muon with its defaults, by the definition: X X^T whatever the sizes.
std::vector<double> naive(Index rows, Index columns) {
  const auto m = static_cast<std::size_t>(rows);
  const auto n = static_cast<std::size_t>(columns);
  auto p = tests::numbers<double>(rows * columns, 1);
  std::vector<double> velocity(p.size());
  for (int step = 1; step <= 2; ++step) {
    const auto g = tests::numbers<double>(rows * columns, tests::gradient_stream(step));
    std::vector<double> x(p.size());
    double squares = 0.0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      velocity[i] = 0.95 * velocity[i] + 0.05 * g[i];
      x[i] = 0.05 * g[i] + 0.95 * velocity[i];
      squares += x[i] * x[i];
    }
    for (double& value : x) value /= std::sqrt(squares);
    for (int i = 0; i < 5; ++i) {
      const auto a = product(x, false, x, true, m, n, m);
      const auto ax = product(a, false, x, false, m, m, n);
      const auto aax = product(a, false, ax, false, m, m, n);
      for (std::size_t j = 0; j < x.size(); ++j) {
        x[j] = 3.4445 * x[j] - 4.7750 * ax[j] + 2.0315 * aax[j];
      }
    }
    const double rate =
        1e-3 * std::sqrt(std::max(1.0, static_cast<double>(columns) / static_cast<double>(rows)));
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = (1 - 1e-3 * 0.1) * p[i] - rate * x[i];
  }
  return p;
}

}  // namespace

TEST_CASE("Muon: gives what PyTorch gives") {
  using tests::after_known_steps;
  const Muon other{.learning_rate = 0.02,
                   .momentum = 0.7,
                   .nesterov = false,
                   .weight_decay = 0.3,
                   .iterations = 3};
  const Muon as_adam{.learning_rate = 0.02, .matches_adam = true};
  const auto high = after_known_steps<double>(Muon{}, matrix(5, 3));
  const auto wide = after_known_steps<double>(other, matrix(2, 7));
  const auto square = after_known_steps<double>(as_adam, matrix(3, 3));
  CHECK(relative_error(high, tests::pytorch::muon_high) < 1e-12);
  CHECK(relative_error(wide, tests::pytorch::muon_wide) < 1e-12);
  CHECK(relative_error(square, tests::pytorch::muon_adam) < 1e-12);
  const auto in_float = after_known_steps<float>(Muon{}, matrix(5, 3));
  CHECK(relative_error(in_float, tests::pytorch::muon_high) < 1e-5);
}

TEST_CASE("Muon: follows the definition, for any sizes") {
  using Sizes = std::pair<Index, Index>;
  for (const Sizes& sizes : {Sizes{1, 1}, {1, 9}, {13, 1}, {17, 5}, {5, 17}, {37, 64}, {130, 29}}) {
    const Index rows = sizes.first;
    const Index columns = sizes.second;
    CAPTURE(rows);
    CAPTURE(columns);
    const auto found = after<double>(Muon{}, {matrix(rows, columns)}, rows * columns, 2, 2);
    CHECK(relative_error(found, naive(rows, columns)) < 1e-12);
  }
}

TEST_CASE("Muon: a step is nearly orthogonal, however long the gradient is") {
  const Index rows = 24;
  const Index columns = 16;
  for (const double scale : {1e-3, 1e3}) {
    const Muon muon{.learning_rate = 1.0, .weight_decay = 0.0};
    const auto place = matrix(rows, columns);
    auto state = muon.make_state<double>(rows * columns, std::span(&place, 1));
    std::vector<double> parameters(static_cast<std::size_t>(rows * columns));
    auto gradients = tests::numbers<double>(rows * columns, 5);
    for (double& value : gradients) value *= scale;
    muon.update<double>(state, parameters, gradients, 1);
    const auto gram = product(parameters, true, parameters, false, 16, 24, 16);
    for (std::size_t i = 0; i < 16; ++i) {
      CHECK(gram[i * 16 + i] > 0.3);
      CHECK(gram[i * 16 + i] < 1.6);
    }
  }
}

TEST_CASE("Muon: what is no matrix goes to its companion") {
  const Muon muon{.learning_rate = 0.1, .companion = {.learning_rate = 0.02, .beta1 = 0.5}};
  const std::vector<ParameterPlace> places{
      {.offset = 2, .rows = 1, .columns = 3},
      {.offset = 16, .rows = 4, .columns = 3, .is_matrix = true},
      {.offset = 30, .rows = 2, .columns = 2}};
  const auto found = after<float>(muon, places, 34, 3, 1);
  const auto adam = tests::after_steps(muon.companion, tests::numbers<float>(34, 1), 3, 1);
  const auto start = tests::numbers<float>(34, 1);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    if (i >= 16 && i < 28) {
      CHECK(found[i] != adam[i]);
    } else {
      const bool is_of_companion = (i >= 2 && i < 5) || i >= 30;
      CHECK(found[i] == (is_of_companion ? adam[i] : start[i]));
    }
  }
}

TEST_CASE("Muon: any number of threads gives the same bits") {
  const std::vector<ParameterPlace> places{
      {.columns = 64},
      {.offset = 64, .rows = 200, .columns = 130, .is_matrix = true},
      {.offset = 26064, .rows = 90, .columns = 333, .is_matrix = true}};
  const auto one = after<float>(Muon{}, places, 56034, 2, 1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(tests::same_bits(after<float>(Muon{}, places, 56034, 2, threads), one));
  }
}

TEST_CASE("Muon: a gradient of zeros moves nothing, no parameters are nothing to do") {
  const auto place = matrix(3, 4);
  const Muon muon{.weight_decay = 0.0};
  auto state = muon.make_state<float>(12, std::span(&place, 1));
  std::vector<float> parameters = tests::numbers<float>(12, 1);
  muon.update<float>(state, parameters, std::vector<float>(12), 1);
  CHECK(parameters == tests::numbers<float>(12, 1));
  auto empty = muon.make_state<float>(0, {});
  muon.update<float>(empty, {}, {}, 2);
}

TEST_CASE("Muon: settings and sizes that cannot be are refused") {
  const auto place = matrix(3, 4);
  const auto said = [&](const Muon& muon, Index size) {
    return tests::error_message([&] { muon.make_state<float>(size, std::span(&place, 1)); });
  };
  CHECK(said({.iterations = 0}, 12).starts_with("Muon: iterations is 0"));
  CHECK(said({.momentum = 1}, 12).starts_with("Muon: momentum is 1"));
  CHECK(said({.companion = {.beta1 = 2}}, 12).starts_with("Adam: beta1 is 2"));
  CHECK(said({}, 11) == "Muon: the tensors are larger than all parameters");
  auto state = Muon{}.make_state<float>(12, std::span(&place, 1));
  std::vector<float> parameters(11);
  CHECK(tests::error_message([&] {
          Muon{}.update<float>(state, parameters, std::vector<float>(11), 1);
        }) == "Muon: parameters are missing");
}
