#include <tweed/core/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace tweed;

TEST_CASE("philox gives the published known answers") {
  const auto check = [](const std::array<std::uint64_t, 4>& counter,
                        const std::array<std::uint32_t, 2>& key, const RandomBlock& expected) {
    const auto words = philox(counter, key, multiply_low_halves);
    for (std::size_t i = 0; i < 4; ++i) CHECK(static_cast<std::uint32_t>(words[i]) == expected[i]);
  };
  // kat_vectors of Random123 1.14, philox4x32 with 10 rounds.
  check({0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  check({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
        {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  check({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("every part of the key and the position gives other numbers") {
  const RandomKey key{.seed = 1, .step = 2, .layer = 3, .use = RandomUse::dropout};
  RandomKey seed = key, seed_high = key, step = key, layer = key, use = key;
  seed.seed = 2;
  seed_high.seed = 1 | (std::uint64_t{1} << 32);
  step.step = 3;
  layer.layer = 4;
  use.use = RandomUse::shuffle;
  const std::set<RandomBlock> blocks = {
      random_block(key, 0),  random_block(key, 1),      random_block(key, std::uint64_t{1} << 32),
      random_block(seed, 0), random_block(step, 0),     random_block(layer, 0),
      random_block(use, 0),  random_block(seed_high, 0)};
  CHECK(blocks.size() == 8);
  CHECK(random_block(key, 7) == random_block(key, 7));
}

TEST_CASE("uniform numbers lie in [0, 1) and are spread evenly") {
  const RandomKey key{.seed = 5};
  double sum = 0.0;
  double squares = 0.0;
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i) {
    const double u = random_uniform(key, static_cast<std::uint64_t>(i));
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    squares += u * u;
  }
  // Five standard deviations of the mean of u and of u^2.
  CHECK(std::abs(sum / count - 0.5) < 5 * std::sqrt(1.0 / 12 / count));
  CHECK(std::abs(squares / count - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / count));
  CHECK(uniform_from_bits(0xffffffff, 0xffffffff) < 1.0);
  CHECK(uniform_from_bits(0, 0) == 0.0);
}

TEST_CASE("normal numbers have mean 0 and variance 1") {
  const RandomKey key{.seed = 5};
  double sum = 0.0;
  double squares = 0.0;
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i) {
    const double z = random_normal(key, static_cast<std::uint64_t>(i));
    REQUIRE(std::isfinite(z));
    sum += z;
    squares += z * z;
  }
  // Five standard deviations of the mean of z and of z^2.
  CHECK(std::abs(sum / count) < 5 * std::sqrt(1.0 / count));
  CHECK(std::abs(squares / count - 1.0) < 5 * std::sqrt(2.0 / count));
  CHECK(random_normal(key, 7) == random_normal(key, 7));
  CHECK(random_normal(key, 7) != random_normal({.seed = 6}, 7));
}
