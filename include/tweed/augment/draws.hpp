#pragma once

#include <tweed/core/random.hpp>
#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cstdint>

namespace TWEED_NAMESPACE::detail {

/// The random numbers of one sample, one after another: a function of the key and of the sample's
/// place in the batch. There are 64 for each.
class Draws {
 public:
  Draws(const RandomKey& key, Index sample)
      : key_(key), position_(static_cast<std::uint64_t>(sample) * 64) {}

  /// In [0, 1).
  double uniform() { return random_uniform(key_, position_++); }

  double between(double from, double to) { return from + (to - from) * uniform(); }

  /// In [0, count).
  Index below(Index count) {
    const double draw = uniform() * static_cast<double>(count);
    return std::min(static_cast<Index>(draw), count - 1);
  }

  bool happens(double probability) { return uniform() < probability; }

 private:
  RandomKey key_;
  std::uint64_t position_;
};

}  // namespace TWEED_NAMESPACE::detail
