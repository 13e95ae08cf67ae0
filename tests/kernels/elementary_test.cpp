#include <tweed/kernels/elementary.hpp>
#include <support/ulp.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace kernels = tweed::kernels;
using kernels::Pack;
using Real = long double;
using tweed::Index;

namespace {

/// What a function of packs makes of a number.
template <class T, class Function>
T at(T x, const Function& function) {
  T lanes[Pack<T>::width];
  function(Pack<T>::broadcast(x)).store(lanes);
  return lanes[0];
}

/// The largest error of normal results, in ulp.
template <class T, class Function, class Exact>
double error(const std::vector<T>& numbers, const Function& function, const Exact& exact) {
  double worst = 0.0;
  for (const T x : numbers) {
    const Real right = exact(static_cast<Real>(x));
    if (std::abs(right) < static_cast<Real>(std::numeric_limits<T>::min())) continue;
    if (std::abs(right) > static_cast<Real>(std::numeric_limits<T>::max())) continue;
    if (const double e = tests::ulps(at(x, function), right); e > worst) worst = e;
  }
  return worst;
}

template <class T>
constexpr T largest_exponent = sizeof(T) == 4 ? T(88.3) : T(709.4);

template <class T>
std::vector<T> numbers(double most, bool with_positive = true) {
  std::vector<T> kept;
  for (const T x : tests::across_octaves<T>(1e-20, most, 3001)) {
    if (with_positive || x <= T{0}) kept.push_back(x);
  }
  return kept;
}

}  // namespace

// The bounds stand in the header.
TEST_CASE_TEMPLATE("elementary: errors in units of the last place", T, float, double) {
  const auto all = numbers<T>(1e4);
  CHECK(error(
            numbers<T>(largest_exponent<T>), [](const auto& x) { return exp(x); },
            [](Real x) { return std::exp(x); }) < 1.5);
  CHECK(error(
            numbers<T>(1e4, false), [](const auto& x) { return exp_minus_one(x); },
            [](Real x) { return std::expm1(x); }) < 1.5);
  std::vector<T> to_one;
  for (const T x : numbers<T>(1.0)) to_one.push_back(std::abs(x));
  CHECK(error(
            to_one, [](const auto& x) { return log_one_plus(x); },
            [](Real x) { return std::log1p(x); }) < 2.5);
  std::vector<T> positive;
  for (const T x : numbers<T>(1e20)) {
    if (x > T{0}) positive.push_back(x);
  }
  CHECK(error(
            positive, [](const auto& x) { return log(x); }, [](Real x) { return std::log(x); }) <
        2.0);
  CHECK(error(
            all, [](const auto& x) { return sigmoid(x); },
            [](Real x) { return 1.0L / (1.0L + std::exp(-x)); }) < 2.5);
  CHECK(error(
            all, [](const auto& x) { return tanh(x); }, [](Real x) { return std::tanh(x); }) < 3.0);
  CHECK(error(
            all, [](const auto& x) { return normal(x).cumulative; },
            [](Real x) { return 0.5L * std::erfc(-x * std::numbers::sqrt2_v<Real> / 2.0L); }) <
        6.0);
  CHECK(error(
            all, [](const auto& x) { return normal(x).density; },
            [](Real x) {
              return std::exp(-x * x / 2.0L) * std::numbers::inv_sqrtpi_v<Real> *
                     std::numbers::sqrt2_v<Real> / 2.0L;
            }) < 2.5);
}

TEST_CASE_TEMPLATE("elementary: exp at its ends", T, float, double) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto exponential = [](T x) { return at(x, [](const auto& pack) { return exp(pack); }); };
  CHECK(exponential(T{0}) == T{1});
  CHECK(exponential(-infinity) == T{0});
  CHECK(exponential(infinity) == infinity);
  CHECK(exponential(std::numeric_limits<T>::max()) == infinity);
  CHECK(exponential(std::numeric_limits<T>::lowest()) == T{0});
  CHECK(std::isfinite(exponential(largest_exponent<T>)));
  CHECK(std::isnan(exponential(std::numeric_limits<T>::quiet_NaN())));
  CHECK(at(-infinity, [](const auto& x) { return exp_minus_one(x); }) == T{-1});
}
