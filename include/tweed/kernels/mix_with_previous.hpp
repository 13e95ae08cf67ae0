#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Each sample of x becomes `share` times itself and 1 - `share` times the one before it as it was,
/// the first one with the last.
template <class T>
void mix_with_previous(double share, const Batch<T>& x, int threads) {
  if (x.count < 2) return;
  const Index grain = elementwise_grain / x.count + 1;
  parallel_ranges(x.shape.size(), grain, threads, [&](Index begin, Index end) {
    using namespace simd;
    const auto of_itself = broadcast(static_cast<T>(share));
    const auto of_previous = broadcast(static_cast<T>(1.0 - share));
    for (Index i = begin; i < end; i += width<T>) {
      const Index n = std::min(width<T>, end - i);
      auto previous = load_part(x.sample(x.count - 1) + i, n);
      for (Index k = 0; k < x.count; ++k) {
        T* const at = x.sample(k) + i;
        const auto now = load_part(at, n);
        store_part(at, multiply_add(of_previous, previous, multiply(of_itself, now)), n);
        previous = now;
      }
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
