#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/random.hpp>

#include <algorithm>
#include <cstdint>

namespace tweed::kernels {

/// y = x / (1 - rate) where an element is kept, else 0 (inverted dropout: Srivastava, Hinton,
/// Krizhevsky, Sutskever and Salakhutdinov, *Dropout*, JMLR 2014). Which are kept follows from
/// `key` alone, so the same call on dy gives the gradient. Each element draws 16 bits: the rate is
/// met to within 1/65536. y may be x.
template <class T>
void dropout(const T* x, T* y, Index count, double rate, const RandomKey& key, int threads) {
  constexpr Index draws = 8;  // from 128 bits
  const auto threshold = static_cast<std::uint32_t>(rate * 65536.0 + 0.5);
  const T scale = static_cast<T>(1.0 / (1.0 - rate));
  const Index blocks = (count + draws - 1) / draws;
  parallel_ranges(blocks, 1024, threads, [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const RandomBlock bits = random_block(key, static_cast<std::uint64_t>(block));
      const Index first = block * draws;
      const Index last = std::min(count, first + draws);
      for (Index i = first; i < last; ++i) {
        const auto draw = static_cast<std::size_t>(i - first);
        const std::uint32_t half = bits[draw / 2] >> (draw % 2 * 16) & 0xFFFF;
        y[i] = half >= threshold ? x[i] * scale : T{};
      }
    }
  });
}

}  // namespace tweed::kernels
