#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation_pack.hpp>

#include <span>

namespace TWEED_NAMESPACE::kernels {

/// y = activation(x[0] + x[1] + ...), added in this order; y may be any one of them. All have the
/// size of y, and there is at least one.
template <class T>
void add(std::span<const Batch<const T>> x, const Batch<T>& y, Activation activation, int threads) {
  parallel_ranges(y.size(), elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      auto sum = Pack<T>::load(x.front().data + begin + i, lanes);
      for (const auto& summand : x.subspan(1)) {
        sum = sum + Pack<T>::load(summand.data + begin + i, lanes);
      }
      activate(sum, activation).store(y.data + begin + i, lanes);
    });
  });
}

}  // namespace TWEED_NAMESPACE::kernels
