#pragma once

#include <tweed/core/shape.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace TWEED_NAMESPACE {

/// What random numbers are for. Each purpose has numbers of its own.
enum class RandomUse : std::uint32_t { initialize, dropout, shuffle, augment, split };

/// Says which random numbers are meant. There is no generator with a state: the same key and
/// position give the same numbers, on every compiler, in any order, from any thread.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;   ///< training step, or epoch
  std::uint32_t layer = 0;  ///< position in the network; 24 bits count
  RandomUse use = RandomUse::dropout;
};

using RandomBlock = std::array<std::uint32_t, 4>;

/// The product of the lower halves.
constexpr std::uint64_t multiply_low_halves(std::uint64_t a, std::uint64_t b) {
  return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF);
}

/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, *Parallel Random
/// Numbers: As Easy as 1, 2, 3*, SC 2011: 128 random bits for each counter, in the lower halves of
/// four words. A word has 64 bits, or is a vector of such; `multiply` is `multiply_low_halves`.
template <class Word, class Multiply>
[[gnu::always_inline]] constexpr std::array<Word, 4> philox(std::array<Word, 4> counter,
                                                            std::array<std::uint32_t, 2> key,
                                                            const Multiply& multiply) {
  const Word multiplier_0 = Word{} + std::uint64_t{0xD2511F53};
  const Word multiplier_1 = Word{} + std::uint64_t{0xCD9E8D57};
  for (int round = 0; round < 10; ++round) {
    const Word product_0 = multiply(multiplier_0, counter[0]);
    const Word product_1 = multiply(multiplier_1, counter[2]);
    counter = {(product_1 >> 32) ^ counter[1] ^ std::uint64_t{key[0]}, product_1,
               (product_0 >> 32) ^ counter[3] ^ std::uint64_t{key[1]}, product_0};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The 128 bits at `position`, or at each of a vector of positions, as `philox` gives them.
template <class Word, class Multiply>
[[gnu::always_inline]] constexpr std::array<Word, 4> random_words(const RandomKey& key,
                                                                  const Word& position,
                                                                  const Multiply& multiply) {
  const auto stream = std::uint64_t{key.layer} << 8 | static_cast<std::uint64_t>(key.use);
  return philox<Word>(
      {position, (position >> 32) ^ (key.step >> 32), Word{} + key.step, Word{} + stream},
      {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)}, multiply);
}

/// The 128 bits at `position`.
constexpr RandomBlock random_block(const RandomKey& key, std::uint64_t position) {
  const auto words = random_words(key, position, multiply_low_halves);
  return {static_cast<std::uint32_t>(words[0]), static_cast<std::uint32_t>(words[1]),
          static_cast<std::uint32_t>(words[2]), static_cast<std::uint32_t>(words[3])};
}

/// Uniform in [0, 1), 53 bits.
constexpr double uniform_from_bits(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
  return static_cast<double>(bits) * 0x1.0p-53;
}

/// Uniform in [0, 1): the number at `position`.
constexpr double random_uniform(const RandomKey& key, std::uint64_t position) {
  const RandomBlock block = random_block(key, position);
  return uniform_from_bits(block[0], block[1]);
}

/// Normal, with mean 0 and variance 1: the number at `position` (Box and Muller, *A Note on the
/// Generation of Random Normal Deviates*, 1958).
inline double random_normal(const RandomKey& key, std::uint64_t position) {
  const RandomBlock bits = random_block(key, position);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_from_bits(bits[0], bits[1])));
  return radius * std::cos(2.0 * std::numbers::pi * uniform_from_bits(bits[2], bits[3]));
}

}  // namespace TWEED_NAMESPACE
