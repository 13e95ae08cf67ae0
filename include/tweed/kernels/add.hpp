#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation_pack.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::kernels {

/// y = activation(x[0] + x[1] + ...), added in this order; y may be any one of them. All have the
/// size of y, and there is at least one.
template <class T>
void add(std::span<const Batch<const T>> x, const Batch<T>& y, const Activation& activation,
         int threads) {
  parallel_ranges(y.size(), elementwise_grain, threads, [&](Index begin, Index end) {
    const Index piece = activation.is_other() ? activation_piece<T> : end - begin;
    for (Index first = begin; first < end; first += piece) {
      const Index count = std::min(piece, end - first);
      for_each_pack<T>(count, [&](Index i, Index lanes) {
        auto sum = Pack<T>::load(x.front().data + first + i, lanes);
        for (const auto& summand : x.subspan(1)) {
          sum = sum + Pack<T>::load(summand.data + first + i, lanes);
        }
        rectified(sum, activation.is_relu()).store(y.data + first + i, lanes);
      });
      apply_other(activation, y.data + first, count);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
