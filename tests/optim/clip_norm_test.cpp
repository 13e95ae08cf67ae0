#include <tweed/optim/clip_norm.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace tweed;

TEST_CASE_TEMPLATE("global_norm: as defined, for any size", T, float, double) {
  for (const Index size : {0, 1, 15, 16, 17, 1003, 100'003}) {
    CAPTURE(size);
    const auto x = tests::numbers<T>(size, 1);
    double squares = 0.0;
    for (const T value : x) squares += static_cast<double>(value) * static_cast<double>(value);
    CHECK(global_norm<T>(x) == doctest::Approx(std::sqrt(squares)).epsilon(1e-13));
  }
}

TEST_CASE("clip_norm: a longer gradient is scaled to the norm, a shorter one left alone") {
  std::vector<float> gradient{3.0F, -4.0F};
  CHECK(clip_norm<float>(gradient, 5.0) == 5.0);
  CHECK(gradient == std::vector<float>{3.0F, -4.0F});
  CHECK(clip_norm<float>(gradient, 1.0) == 5.0);
  CHECK(gradient[0] == doctest::Approx(0.6));
  CHECK(gradient[1] == doctest::Approx(-0.8));
  CHECK(clip_norm<float>({}, 1.0) == 0.0);
  std::vector<double> zero(5);
  CHECK(clip_norm<double>(zero, 1.0) == 0.0);
  CHECK(zero == std::vector<double>(5));
}

TEST_CASE("clip_norm: what is not finite is reported and left alone") {
  for (const float broken :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> gradient{1.0F, broken};
    CHECK_FALSE(std::isfinite(clip_norm<float>(gradient, 0.5)));
    CHECK(gradient[0] == 1.0F);
  }
}

TEST_CASE("clip_norm: any number of threads gives the same bits") {
  const auto clipped = [](int threads) {
    auto gradient = tests::numbers<float>(100'003, 1);
    gradient.push_back(static_cast<float>(clip_norm<float>(gradient, 0.1, threads)));
    return gradient;
  };
  const auto one = clipped(1);
  for (const int threads : {2, 3, 8}) CHECK(tests::same_bits(clipped(threads), one));
}
