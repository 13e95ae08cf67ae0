#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation_pack.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::kernels {

/// y = activation(x[0] + x[1] + ...), added in this order; y may be any one of them. All have the
/// size of y, and there is at least one.
template <class T>
void add(std::span<const Batch<const T>> x, const Batch<T>& y, const Activation& activation,
         int threads) {
  const bool is_apart =
      std::ranges::all_of(x, [&y](const auto& summand) { return summand.data != y.data; });
  const bool streams = is_apart && !activation.is_other() && is_streamed_in_order(y.data, y.size());
  parallel_ranges(y.size(), elementwise_grain, threads, [&](Index begin, Index end) {
    const Index piece = activation.is_other() ? activation_piece<T> : end - begin;
    for (Index first = begin; first < end; first += piece) {
      const Index count = std::min(piece, end - first);
      for_each_pack<T>(count, [&](Index i, Index lanes) {
        auto sum = Pack<T>::load(x.front().data + first + i, lanes);
        for (const auto& summand : x.subspan(1)) {
          sum = sum + Pack<T>::load(summand.data + first + i, lanes);
        }
        rectified(sum, activation.is_relu()).store_or_stream(y.data + first + i, lanes, streams);
      });
      apply_other(activation, y.data + first, count);
    }
    if (streams) simd::finish_stream();
  });
}

}  // namespace TWEED_NAMESPACE::kernels
