#include <tweed/kernels/global_average_pool.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::SampleSize;

namespace {

/// The place in [n,c] that each number of [n,pixels,c] goes to.
std::vector<std::size_t> places(const SampleSize& size) {
  std::vector<std::size_t> result;
  for (Index n = 0; n < size.batch; ++n) {
    for (Index pixel = 0; pixel < size.pixels; ++pixel) {
      for (Index c = 0; c < size.channels; ++c) {
        result.push_back(static_cast<std::size_t>(n * size.channels + c));
      }
    }
  }
  return result;
}

template <class T>
void check(const SampleSize& size) {
  CAPTURE(size.batch);
  CAPTURE(size.pixels);
  CAPTURE(size.channels);
  const auto to = places(size);
  const auto x = tests::numbers<T>(std::ssize(to), 1);
  const auto dy = tests::numbers<T>(size.batch * size.channels, 2);
  const auto pixels = static_cast<double>(size.pixels);
  std::vector<double> y(dy.size());
  std::vector<double> dx;
  for (std::size_t i = 0; i < to.size(); ++i) {
    y[to[i]] += static_cast<double>(x[i]) / pixels;
    dx.push_back(static_cast<double>(dy[to[i]]) / pixels);
  }
  std::vector<T> first;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<T> result(std::ssize(dy));
    tweed::kernels::global_average_pool(size, x.data(), result.data(), threads);
    CHECK(result.intact());
    CHECK(tests::relative_error(result.values(), y) < 5 * tests::rounding<T>);
    if (threads == 1) first = result.copy();
    CHECK(same_bits(result.values(), first));
    Guarded<T> gradient(std::ssize(x));
    tweed::kernels::global_average_pool_gradient(size, dy.data(), gradient.data(), threads);
    CHECK(gradient.intact());
    CHECK(tests::relative_error(gradient.values(), dx) < tests::rounding<T>);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("global_average_pool: the mean of all pixels, and its gradient", T, float,
                   double) {
  for (const Index channels : {1, 3, 16, 17, 64, 65, 200}) {
    for (const Index pixels : {1, 7, 49, 63, 64, 65, 1001}) {
      check<T>({.batch = 3, .pixels = pixels, .channels = channels});
    }
  }
  check<T>({.batch = 1, .pixels = 5003, .channels = 64});
  check<T>({.batch = 0, .pixels = 4, .channels = 3});
}

TEST_CASE("global_average_pool: a long float sum of equal signs stays accurate") {
  const std::vector<float> x(2'000'000, 0.1F);
  float y = 0.0F;
  tweed::kernels::global_average_pool({.batch = 1, .pixels = std::ssize(x), .channels = 1},
                                      x.data(), &y, 2);
  CHECK(y == doctest::Approx(0.1).epsilon(1e-3));
}
