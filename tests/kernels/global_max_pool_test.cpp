#include <tweed/kernels/global_max_pool.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::SampleSize;

namespace {

template <class T>
struct Result {
  std::vector<T> y, dx;
};

/// What is the largest of each channel, the first of equals, and where the gradient goes.
template <class T>
Result<T> naive(const SampleSize& size, const std::vector<T>& x, const std::vector<T>& dy) {
  Result<T> result{{}, std::vector<T>(x.size())};
  for (Index n = 0; n < size.batch; ++n) {
    for (Index c = 0; c < size.channels; ++c) {
      const auto at = [&](Index pixel) {
        return static_cast<std::size_t>((n * size.pixels + pixel) * size.channels + c);
      };
      std::size_t best = at(0);
      for (Index pixel = 1; pixel < size.pixels; ++pixel) {
        if (x[at(pixel)] > x[best]) best = at(pixel);
      }
      result.dx[best] = dy[result.y.size()];
      result.y.push_back(x[best]);
    }
  }
  return result;
}

/// In memory full of NaN. The pass that keeps no places must give the same.
template <class T>
Result<T> run(const SampleSize& size, const std::vector<T>& x, const std::vector<T>& dy,
              int threads) {
  Guarded<T> y(std::ssize(dy));
  Guarded<T> y_alone(std::ssize(dy));
  Guarded<T> dx(std::ssize(x));
  Guarded<Index> places(std::ssize(dy));
  tweed::kernels::global_max_pool(size, x.data(), y.data(), places.data(), threads);
  tweed::kernels::global_max_pool<T>(size, x.data(), y_alone.data(), nullptr, threads);
  tweed::kernels::global_max_pool_gradient(size, dy.data(), places.data(), dx.data(), threads);
  CHECK(y.intact());
  CHECK(dx.intact());
  CHECK(places.intact());
  CHECK(same_bits(y.values(), y_alone.values()));
  return {y.copy(), dx.copy()};
}

template <class T>
void check(const SampleSize& size) {
  CAPTURE(size.batch);
  CAPTURE(size.pixels);
  CAPTURE(size.channels);
  auto x = tests::numbers<T>(size.batch * size.sample_size(), 1);
  for (T& value : x) value = std::round(value * T{16}) / T{16};  // equals are frequent
  const auto dy = tests::numbers<T>(size.batch * size.channels, 2);
  const auto expected = naive(size, x, dy);
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    const auto result = run(size, x, dy, threads);
    CHECK(same_bits(result.y, expected.y));
    CHECK(same_bits(result.dx, expected.dx));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("global_max_pool: the largest of all pixels gets the gradient", T, float,
                   double) {
  for (const Index channels : {1, 3, 16, 17, 64, 65, 200}) {
    for (const Index pixels : {1, 7, 49, 64, 1023, 1025}) {
      check<T>({.batch = 3, .pixels = pixels, .channels = channels});
    }
  }
  check<T>({.batch = 1, .pixels = 5003, .channels = 67});
  check<T>({.batch = 0, .pixels = 4, .channels = 3});
}

TEST_CASE("global_max_pool: a NaN wins, and negative numbers do not lose against nothing") {
  for (const Index place : {0, 1, 1500, 2999}) {
    std::vector<float> x(3000, -2.0F);
    x[static_cast<std::size_t>(place)] = std::numeric_limits<float>::quiet_NaN();
    const SampleSize size{.batch = 1, .pixels = 3000, .channels = 1};
    const auto result = run(size, x, {5.0F}, 1);
    CHECK(std::isnan(result.y[0]));
    for (std::size_t i = 0; i < x.size(); ++i) CHECK((result.dx[i] == 5) == std::isnan(x[i]));
    x[static_cast<std::size_t>(place)] = -1.0F;
    CHECK(run(size, x, {5.0F}, 1).y[0] == -1.0F);
  }
}
