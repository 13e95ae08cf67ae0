#pragma once

#include <tweed/core/shape.hpp>

#include <array>
#include <cstdint>

namespace tweed {

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

/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, *Parallel Random
/// Numbers: As Easy as 1, 2, 3*, SC 2011: 128 random bits for each counter.
constexpr RandomBlock philox(RandomBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// The 128 bits at `position`.
constexpr RandomBlock random_block(const RandomKey& key, std::uint64_t position) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const std::uint32_t stream = (key.layer << 8) | static_cast<std::uint32_t>(key.use);
  return philox({low(position), low(position >> 32) ^ low(key.step >> 32), low(key.step), stream},
                {low(key.seed), low(key.seed >> 32)});
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

}  // namespace tweed
