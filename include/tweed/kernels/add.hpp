#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation_pack.hpp>

#include <span>

namespace tweed::kernels {

/// y = activation(x[0] + x[1] + ...), added in this order; y may be any one of them. There is at
/// least one x.
template <class T>
void add(std::span<const T* const> x, T* y, Index count, Activation activation, int threads) {
  parallel_ranges(count, elementwise_grain, threads, [&](Index begin, Index end) {
    for_each_pack<T>(end - begin, [&](Index i, Index lanes) {
      auto sum = Pack<T>::load(x.front() + begin + i, lanes);
      for (const T* const summand : x.subspan(1)) {
        sum = sum + Pack<T>::load(summand + begin + i, lanes);
      }
      activate(sum, activation).store(y + begin + i, lanes);
    });
  });
}

}  // namespace tweed::kernels
