#include <tweed/kernels/relu.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using tests::Guarded;
using tweed::Index;

namespace {

/// Sizes around those of registers, of the parts that threads take and of a thread's share.
const std::vector<Index> sizes{0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 1001, 16384, 32769, 150001};

}  // namespace

TEST_CASE_TEMPLATE("relu: max(0, x), for any size and number of threads", T, float, double) {
  for (const Index size : sizes) {
    CAPTURE(size);
    const auto x = tests::numbers<T>(size, 1);
    std::vector<T> expected = x;
    for (T& value : expected) value = std::max(T{}, value);
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(threads);
      Guarded<T> y(size);
      tweed::kernels::relu(x.data(), y.data(), size, threads);
      CHECK(y.intact());
      CHECK(tests::same_bits(y.values(), expected));
    }
  }
}

TEST_CASE_TEMPLATE("relu gradient: dy where y is positive", T, float, double) {
  for (const Index size : sizes) {
    CAPTURE(size);
    auto y = tests::numbers<T>(size, 1);
    for (std::size_t i = 0; i < y.size(); i += 3) y[i] = T{};
    const auto dy = tests::numbers<T>(size, 2);
    std::vector<T> expected;
    for (std::size_t i = 0; i < y.size(); ++i) expected.push_back(y[i] > T{} ? dy[i] : T{});
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(threads);
      Guarded<T> dx(size);
      tweed::kernels::relu_gradient(y.data(), dy.data(), dx.data(), size, threads);
      CHECK(dx.intact());
      CHECK(tests::same_bits(dx.values(), expected));
    }
  }
}

TEST_CASE("relu: works in place") {
  auto x = tests::numbers<float>(1000, 1);
  std::vector<float> apart(1000);
  tweed::kernels::relu(x.data(), apart.data(), 1000, 2);
  tweed::kernels::relu(x.data(), x.data(), 1000, 2);
  CHECK(x == apart);

  auto dy = tests::numbers<float>(1000, 2);
  tweed::kernels::relu_gradient(x.data(), dy.data(), apart.data(), 1000, 2);
  tweed::kernels::relu_gradient(x.data(), dy.data(), dy.data(), 1000, 2);
  CHECK(dy == apart);
}

TEST_CASE("relu: a NaN stays one, infinities do what numbers do") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x{std::numeric_limits<float>::quiet_NaN(), infinity, -infinity, 0.0F,
                             -0.0F};
  std::vector<float> y(x.size());
  tweed::kernels::relu(x.data(), y.data(), std::ssize(x), 1);
  CHECK(std::isnan(y[0]));
  CHECK(std::vector<float>(y.begin() + 1, y.end()) == std::vector<float>{infinity, 0, 0, 0});
}
