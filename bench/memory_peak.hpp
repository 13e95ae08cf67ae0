#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/parallel.hpp>

#include <algorithm>
#include <chrono>

namespace tweed::bench {

/// GB/s that these threads move together at most where nothing is in a cache, what they read and
/// what they write counted once: the best of a few measurements.
inline double measured_memory_peak(int threads) {
  constexpr Index count = Index{1} << 26;  // 256 MB, more than any cache holds
  constexpr int measurements = 5;
  Buffer<float> numbers(count);
  double best = 0.0;
  for (int i = 0; i < measurements; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    parallel_ranges(count, 1, threads, [&](Index from, Index to) {
      for (Index at = from; at < to; ++at) numbers.data()[at] += 1.0F;
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best =
        std::max(best, 2e-9 * static_cast<double>(count * Index{sizeof(float)}) / seconds.count());
  }
  return best;
}

}  // namespace tweed::bench
