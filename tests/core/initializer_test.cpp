#include <tweed/core/initializer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace tweed;

namespace {

constexpr Index fan_in = 30;
constexpr Index fan_out = 50;

std::vector<double> drawn(Initializer initializer, std::uint64_t first_position = 0) {
  std::vector<double> values(40000, 7.0);
  initialize(std::span(values), initializer, fan_in, fan_out, {.seed = 3}, first_position);
  return values;
}

double variance(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return sum / static_cast<double>(values.size());
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double largest(const std::vector<double>& values) {
  return std::max(*std::max_element(values.begin(), values.end()),
                  -*std::min_element(values.begin(), values.end()));
}

}  // namespace

TEST_CASE("constants") {
  CHECK(largest(drawn(Initializer::zeros)) == 0.0);
  const auto ones = drawn(Initializer::ones);
  CHECK(std::all_of(ones.begin(), ones.end(), [](double value) { return value == 1.0; }));
}

TEST_CASE("the variance is that of the paper, the mean zero, the uniform ones bounded") {
  struct Case {
    Initializer initializer;
    double expected;
    bool bounded;
  };
  for (const auto& [initializer, expected, bounded] :
       {Case{Initializer::glorot_uniform, 2.0 / (fan_in + fan_out), true},
        Case{Initializer::glorot_normal, 2.0 / (fan_in + fan_out), false},
        Case{Initializer::he_uniform, 2.0 / fan_in, true},
        Case{Initializer::he_normal, 2.0 / fan_in, false}}) {
    const auto values = drawn(initializer);
    const int which = static_cast<int>(initializer);
    CAPTURE(which);
    CHECK(variance(values) == doctest::Approx(expected).epsilon(0.03));
    CHECK(std::abs(mean(values)) < 5 * std::sqrt(expected / 40000));
    const double limit = std::sqrt(3.0 * expected);
    if (bounded) {
      CHECK(largest(values) <= limit);
      CHECK(largest(values) > 0.99 * limit);
    } else {
      CHECK(largest(values) > 1.5 * limit);
    }
  }
}

TEST_CASE("numbers belong to positions") {
  const auto all = drawn(Initializer::he_normal);
  const auto later = drawn(Initializer::he_normal, 100);
  CHECK(std::equal(later.begin(), later.begin() + 1000, all.begin() + 100));
}
