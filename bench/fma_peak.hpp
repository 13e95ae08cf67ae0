#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/simd.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

namespace tweed::bench {

/// Independent sums: as many as keep the pipelines of any processor full.
inline constexpr Index fma_chains = 12;

/// Multiply-adds that never leave the registers, `steps` for each chain.
inline void multiply_add_loop(Index steps) {
  using Pack = kernels::Pack<float>;
  Pack sum[fma_chains];
  TWEED_UNROLL
  for (Index c = 0; c < fma_chains; ++c) {
    sum[c] = {kernels::simd::broadcast(0.1F * static_cast<float>(c))};
  }
  Pack factor{kernels::simd::broadcast(0.5F)};
  for (Index i = 0; i < steps; ++i) {
    TWEED_UNROLL
    for (Index c = 0; c < fma_chains; ++c) {
      sum[c].lanes = kernels::simd::multiply_add(sum[c].lanes, factor.lanes, factor.lanes);
    }
  }
  TWEED_UNROLL
  for (Index c = 1; c < fma_chains; ++c) sum[0] = sum[0] + sum[c];
  float result[Pack::width];
  sum[0].store(result);
  benchmark::DoNotOptimize(result[0]);
  benchmark::ClobberMemory();
}

/// GFLOP/s that these threads reach together at most: the best of a few measurements.
inline double measured_fma_peak(int threads) {
  constexpr Index steps = 2'000'000;
  constexpr int measurements = 10;
  double best = 0.0;
  for (int i = 0; i < measurements; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    parallel_for(threads, threads, [](Index, int) { multiply_add_loop(steps); });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const auto operations =
        static_cast<double>(2 * threads * steps * fma_chains * kernels::Pack<float>::width);
    best = std::max(best, 1e-9 * operations / seconds.count());
  }
  return best;
}

}  // namespace tweed::bench
