#pragma once

#include <tweed/augment/augmentation.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace tests {

/// Samples [n,h,w,c] whose numbers are all different, none of them 0.
template <class T>
std::vector<T> counted(tweed::Index count, const tweed::Shape& shape) {
  std::vector<T> values(static_cast<std::size_t>(count * shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i + 1);
  return values;
}

/// Samples after an augmentation; `targets` [n,outputs] are changed where it sees them.
template <class T>
std::vector<T> augmented(const tweed::AnyAugmentation& change, std::vector<T> values,
                         const tweed::Shape& shape, tweed::AugmentPass<T> pass = {},
                         std::vector<T>* targets = nullptr) {
  pass.x = {values.data(), std::ssize(values) / shape.size(), shape};
  tweed::Batch<T> batch;
  if (targets != nullptr) {
    batch = {targets->data(), pass.x.count, {1, 1, std::ssize(*targets) / pass.x.count}};
  }
  change(pass, batch);
  return values;
}

/// That samples are changed in the same way by any number of threads, and by others with another
/// key; and that scratch of the caller's does as well as none.
template <class T>
void check_threads(const tweed::AnyAugmentation& change, const tweed::Shape& shape) {
  using tweed::Index;
  constexpr Index count = 50;
  const auto before = counted<T>(count, shape);
  std::vector<Index> positions(count);
  for (Index i = 0; i < count; ++i) positions[static_cast<std::size_t>(i)] = (7 * i) % count;
  const auto with = [&](const tweed::RandomKey& key, int threads, Index scratch_samples) {
    std::vector<T> scratch(static_cast<std::size_t>(scratch_samples * shape.size()));
    return augmented<T>(
        change, before, shape,
        {.key = key, .threads = threads, .positions = positions, .scratch = scratch});
  };
  const tweed::RandomKey key{.seed = 3, .step = 1, .use = tweed::RandomUse::augment};
  const auto one = with(key, 1, 0);
  CHECK(one != before);
  for (const int threads : {2, 3, 8}) CHECK(with(key, threads, threads) == one);
  CHECK(with(key, 2, 1) == one);
  tweed::RandomKey other = key;
  other.seed = 4;
  CHECK(with(other, 1, 0) != one);
  CHECK(augmented<T>(change, {}, shape).empty());
}

}  // namespace tests
