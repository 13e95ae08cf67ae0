#include <tweed/kernels/softmax.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using tweed::Index;
using namespace tweed::kernels;

TEST_CASE("argmax: the first of the largest") {
  const std::vector<float> z{1, 3, -2, 3, 0};
  CHECK(argmax(z.data(), 5) == 1);
  CHECK(argmax(z.data(), 1) == 0);
  CHECK(argmax(z.data() + 2, 3) == 1);
}

TEST_CASE_TEMPLATE("softmax and log_sum_exp: as defined", T, float, double) {
  for (const Index count : {1, 2, 3, 10, 101}) {
    CAPTURE(count);
    const auto z = tests::numbers<T>(count, 1, 5.0);
    double sum = 0.0;
    for (const T value : z) sum += std::exp(static_cast<double>(value));
    std::vector<double> expected;
    for (const T value : z) expected.push_back(std::exp(static_cast<double>(value)) / sum);

    std::vector<T> p(z.size());
    softmax(z.data(), count, p.data());
    CHECK(tests::relative_error(p, expected) < tests::rounding<T>);
    CHECK(log_sum_exp(z.data(), count) == doctest::Approx(std::log(sum)).epsilon(1e-14));

    std::vector<T> in_place = z;
    softmax(in_place.data(), count, in_place.data());
    CHECK(in_place == p);
  }
}

TEST_CASE_TEMPLATE("softmax and log_sum_exp: huge numbers do not overflow", T, float, double) {
  std::vector<T> p(3);
  const std::vector<T> large{T(1e4), T(-1e4), T(1e4)};
  softmax(large.data(), 3, p.data());
  CHECK(p == std::vector<T>{T(0.5), T(0), T(0.5)});
  CHECK(log_sum_exp(large.data(), 3) == doctest::Approx(1e4 + std::log(2.0)).epsilon(1e-14));

  const std::vector<T> small{T(-1e4), T(-1e4), T(-1e4)};
  softmax(small.data(), 3, p.data());
  CHECK(tests::relative_error(p, std::vector<double>(3, 1.0 / 3.0)) < tests::rounding<T>);
  CHECK(log_sum_exp(small.data(), 3) == doctest::Approx(-1e4 + std::log(3.0)).epsilon(1e-14));

  constexpr T largest = std::numeric_limits<T>::max();
  const std::vector<T> extreme{largest, -largest};
  softmax(extreme.data(), 2, p.data());
  CHECK(p[0] == T(1));
  CHECK(p[1] == T(0));
}

TEST_CASE("softmax and log_sum_exp: a NaN shows") {
  for (const std::size_t place : {0U, 1U, 2U}) {
    std::vector<float> z{1, 2, 3};
    z[place] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> p(3);
    softmax(z.data(), 3, p.data());
    CHECK(std::isnan(p[0]));
    CHECK(std::isnan(p[1]));
    CHECK(std::isnan(log_sum_exp(z.data(), 3)));
  }
}
