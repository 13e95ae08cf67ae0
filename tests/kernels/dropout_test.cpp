#include <tweed/kernels/dropout.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using tests::Guarded;
using tweed::Index;
using tweed::RandomKey;

namespace {

/// Which of `count` elements are kept: 1 or 0 for each.
std::vector<int> kept(Index count, double rate, const RandomKey& key, int threads = 2) {
  const std::vector<float> ones(static_cast<std::size_t>(count), 1.0F);
  std::vector<float> y(ones.size());
  tweed::kernels::dropout(ones.data(), y.data(), count, rate, key, threads, nullptr);
  std::vector<int> mask;
  for (const float value : y) mask.push_back(value != 0.0F ? 1 : 0);
  return mask;
}

/// Whether `hits` of `tries` events of this probability lie within five standard deviations.
bool plausible(Index hits, Index tries, double probability) {
  const auto n = static_cast<double>(tries);
  const double deviation = std::sqrt(n * probability * (1.0 - probability));
  return std::abs(static_cast<double>(hits) - n * probability) <= 5.0 * deviation;
}

/// At how many positions the masks agree.
Index agreements(std::span<const int> a, std::span<const int> b) {
  Index same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1 : 0;
  return same;
}

}  // namespace

TEST_CASE("dropout: the share of kept elements is 1 - rate") {
  constexpr Index count = 400'000;
  for (const double rate : {0.01, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 0.99}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      CAPTURE(rate);
      CAPTURE(seed);
      const auto mask = kept(count, rate, {.seed = seed});
      CHECK(plausible(std::ranges::count(mask, 1), count, 1.0 - rate));
      // Each place in a block of eight draws its own bits.
      for (std::size_t place = 0; place < 8; ++place) {
        Index hits = 0;
        for (std::size_t i = place; i < mask.size(); i += 8) hits += mask[i];
        CHECK(plausible(hits, count / 8, 1.0 - rate));
      }
    }
  }
}

TEST_CASE("dropout: each element looks at its own 16 bits of the random blocks") {
  constexpr Index count = 20'011;
  const RandomKey key{.seed = 0x123456789ABC, .step = 0x9876543210, .layer = 3};
  constexpr double rate = 0.4;
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    const auto mask = kept(count, rate, key, threads);
    std::vector<int> expected;
    for (Index i = 0; i < count; ++i) {
      const auto block = tweed::random_block(key, static_cast<std::uint64_t>(i / 8));
      const std::uint32_t word = block[static_cast<std::size_t>(i % 8 / 2)];
      const std::uint32_t draw = i % 2 == 0 ? word & 0xFFFF : word >> 16;
      expected.push_back(draw >= std::lround(rate * 65536.0) ? 1 : 0);
    }
    CHECK(mask == expected);
  }
}

TEST_CASE("dropout: elements do not depend on each other") {
  constexpr std::size_t count = 400'000;
  const auto mask = kept(count + 64, 0.5, {.seed = 5});
  for (const std::size_t distance : {1U, 2U, 3U, 4U, 7U, 8U, 16U, 64U}) {
    CAPTURE(distance);
    const std::span<const int> all = mask;
    const Index same = agreements(all.first(count), all.subspan(distance, count));
    CHECK(plausible(same, count, 0.5));
  }
}

TEST_CASE("dropout: another seed, step or layer drops other elements, the same key the same") {
  constexpr Index count = 100'000;
  constexpr double rate = 0.4;
  constexpr double agreement = rate * rate + (1.0 - rate) * (1.0 - rate);
  const RandomKey key{.seed = 7, .step = 3, .layer = 2};
  const auto mask = kept(count, rate, key);
  CHECK(kept(count, rate, key) == mask);
  for (const RandomKey& other :
       {RandomKey{.seed = 8, .step = 3, .layer = 2}, RandomKey{.seed = 7, .step = 4, .layer = 2},
        RandomKey{.seed = 7, .step = 3, .layer = 3},
        RandomKey{.seed = 7 + (1ULL << 32), .step = 3, .layer = 2},
        RandomKey{.seed = 7, .step = 3 + (1ULL << 32), .layer = 2}}) {
    CHECK(plausible(agreements(kept(count, rate, other), mask), count, agreement));
  }
}

TEST_CASE("dropout: the mean stays at any rate") {
  for (const double rate : {0.0, 1e-6, 0.01, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 0.95, 0.99,
                            0.999, 0.9999, 0.99999, 1.0 - 1e-12}) {
    CAPTURE(rate);
    const Index dropped = std::min(std::lround(rate * 65536.0), 65535L);
    const double kept_share = 1.0 - static_cast<double>(dropped) / 65536.0;
    // Enough elements for one to be kept.
    const std::vector<double> ones(2'000'000, 1.0);
    std::vector<double> y(ones.size());
    tweed::kernels::dropout(ones.data(), y.data(), std::ssize(ones), rate, {.seed = 8}, 2, nullptr);
    const double scale = *std::ranges::max_element(y);
    CHECK(std::abs(scale * kept_share - 1.0) <= 1.0 / 65536.0);
    const Index hits = std::ranges::count(y, scale);
    CHECK(plausible(hits, std::ssize(ones), kept_share));
  }
}

TEST_CASE("dropout: where the draws meet the rate the scale is 1 / (1 - rate), to the bit") {
  for (const double rate : {0.1, 0.2, 0.25, 0.3, 0.4, 0.5}) {
    CAPTURE(rate);
    const std::vector<float> ones(100, 1.0F);
    std::vector<float> y(ones.size());
    tweed::kernels::dropout(ones.data(), y.data(), 100, rate, {.seed = 8}, 1, nullptr);
    CHECK(*std::ranges::max_element(y) == static_cast<float>(1.0 / (1.0 - rate)));
  }
}

TEST_CASE_TEMPLATE("dropout: what is kept is scaled, the rest zero", T, float, double) {
  for (const double rate : {0.0, 0.25, 0.5, 0.75}) {
    for (const Index count : {0, 1, 7, 8, 9, 1000}) {
      CAPTURE(rate);
      CAPTURE(count);
      const auto x = tests::numbers<T>(count, 1);
      const auto mask = kept(count, rate, {.seed = 9});
      Guarded<T> y(count);
      tweed::kernels::dropout(x.data(), y.data(), count, rate, {.seed = 9}, 1, nullptr);
      std::vector<double> expected;
      for (std::size_t i = 0; i < x.size(); ++i) {
        expected.push_back(mask[i] * static_cast<double>(x[i]) / (1.0 - rate));
      }
      CHECK(y.intact());
      CHECK(tests::relative_error(y.values(), expected) < tests::rounding<T>);
    }
  }
}

TEST_CASE("dropout: rate 0 changes nothing") {
  const auto x = tests::numbers<float>(10'000, 1);
  std::vector<float> y(x.size());
  tweed::kernels::dropout(x.data(), y.data(), std::ssize(x), 0.0, {.seed = 1}, 2, nullptr);
  CHECK(y == x);
}

TEST_CASE("dropout: any number of threads gives the same, in place too") {
  for (const Index count : {1, 1000, 8192, 100'001}) {
    CAPTURE(count);
    const auto x = tests::numbers<float>(count, 1);
    std::vector<float> one(x.size());
    tweed::kernels::dropout(x.data(), one.data(), count, 0.25, {.seed = 4}, 1, nullptr);
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(threads);
      Guarded<float> y(count);
      std::ranges::copy(x, y.data());
      tweed::kernels::dropout(y.data(), y.data(), count, 0.25, {.seed = 4}, threads, nullptr);
      CHECK(y.intact());
      CHECK(tests::same_bits(y.values(), one));
    }
  }
}

TEST_CASE_TEMPLATE("dropout: the gradient passes where elements were kept", T, float, double) {
  for (const Index count : {0, 1, 7, 259, 20'011}) {
    const auto x = tests::numbers<T>(count, 3);
    auto dy = tests::numbers<T>(count, 4);
    if (count > 5) dy[5] = std::numeric_limits<T>::infinity();
    for (const int threads : {1, 3}) {
      Guarded<T> y(count);
      Guarded<std::uint8_t> is_kept(count);
      Guarded<T> dx(count);
      tweed::kernels::dropout(x.data(), y.data(), count, 0.25, {.seed = 6}, threads,
                              is_kept.data());
      tweed::kernels::dropout_gradient(dy.data(), is_kept.data(), dx.data(), count, 0.25, threads);
      Guarded<T> expected(count);
      tweed::kernels::dropout(dy.data(), expected.data(), count, 0.25, {.seed = 6}, threads,
                              nullptr);
      for (Index i = 0; i < count; ++i) CHECK(dx.data()[i] == expected.data()[i]);
    }
  }
}
