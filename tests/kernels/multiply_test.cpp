#include <tweed/kernels/multiply.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using tests::Guarded;
using tests::numbers;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::SampleSize;

namespace {

template <class T>
std::vector<T> products(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] * b[i]);
  return result;
}

/// factors [n,c] for each pixel, [n,pixels,c].
template <class T>
std::vector<T> spread(const SampleSize& size, const std::vector<T>& factors) {
  std::vector<T> result;
  for (Index i = 0; i < size.batch * size.sample_size(); ++i) {
    const Index at = i / size.sample_size() * size.channels + i % size.channels;
    result.push_back(factors[static_cast<std::size_t>(at)]);
  }
  return result;
}

template <class T>
void check_channels(const SampleSize& size) {
  CAPTURE(size.batch);
  CAPTURE(size.pixels);
  CAPTURE(size.channels);
  const Index count = size.batch * size.sample_size();
  const auto x = numbers<T>(count, 1);
  const auto factors = numbers<T>(size.batch * size.channels, 2);
  const auto dy = numbers<T>(count, 3);
  const auto by = spread(size, factors);
  std::vector<double> sums(factors.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = static_cast<Index>(i);
    const Index to = at / size.sample_size() * size.channels + at % size.channels;
    sums[static_cast<std::size_t>(to)] += static_cast<double>(x[i]) * static_cast<double>(dy[i]);
  }
  std::vector<T> first;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<T> y(count), dx(count), gradients(std::ssize(factors)), alone(std::ssize(factors));
    tweed::kernels::multiply_channels(size, x.data(), factors.data(), y.data(), threads);
    std::ranges::copy(dy, dx.data());
    const auto gradient = [&](const T* from, T* image, T* factor_gradients) {
      tweed::kernels::multiply_channels_gradient<T>(size, x.data(), factors.data(), from, image,
                                                    factor_gradients, threads);
    };
    gradient(dy.data(), nullptr, alone.data());
    gradient(dx.data(), dx.data(), gradients.data());
    for (const bool intact : {y.intact(), dx.intact(), gradients.intact(), alone.intact()}) {
      CHECK(intact);
    }
    CHECK(same_bits(y.values(), products(x, by)));
    CHECK(same_bits(dx.values(), products(dy, by)));
    CHECK(tests::relative_error(gradients.values(), sums) < 10 * tests::rounding<T>);
    if (threads == 1) first = gradients.copy();
    CHECK(same_bits(gradients.values(), first));
    CHECK(same_bits(alone.values(), first));
    gradient(dy.data(), y.data(), nullptr);
    CHECK(same_bits(y.values(), dx.values()));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("multiply: element by element, over either, and both gradients", T, float,
                   double) {
  for (const Index size : {0, 1, 15, 17, 1001, 40'003}) {
    CAPTURE(size);
    const auto a = numbers<T>(size, 1);
    const auto b = numbers<T>(size, 2);
    const auto dy = numbers<T>(size, 3);
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(threads);
      Guarded<T> y(size), over(size), da(size), db(size);
      std::ranges::copy(a, over.data());
      tweed::kernels::multiply(a.data(), b.data(), y.data(), size, threads);
      tweed::kernels::multiply(over.data(), b.data(), over.data(), size, threads);
      CHECK(same_bits(y.values(), products(a, b)));
      CHECK(same_bits(over.values(), products(a, b)));

      std::ranges::copy(dy, da.data());
      tweed::kernels::multiply_gradient<T>(a.data(), b.data(), da.data(), da.data(), db.data(),
                                           size, threads);
      for (const bool intact : {y.intact(), over.intact(), da.intact(), db.intact()}) {
        CHECK(intact);
      }
      CHECK(same_bits(da.values(), products(dy, b)));
      CHECK(same_bits(db.values(), products(dy, a)));
      tweed::kernels::multiply_gradient<T>(a.data(), b.data(), dy.data(), nullptr, y.data(), size,
                                           threads);
      CHECK(same_bits(y.values(), db.values()));
    }
  }
}

TEST_CASE_TEMPLATE("multiply_channels: a factor for each channel of a sample, and both gradients",
                   T, float, double) {
  for (const Index channels : {1, 3, 16, 17, 65, 200}) {
    for (const Index pixels : {1, 7, 65, 1001}) {
      check_channels<T>({.batch = 3, .pixels = pixels, .channels = channels});
    }
  }
  check_channels<T>({.batch = 1, .pixels = 4001, .channels = 8});
  check_channels<T>({.batch = 0, .pixels = 4, .channels = 3});
}
