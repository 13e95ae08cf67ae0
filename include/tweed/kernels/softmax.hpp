#pragma once

#include <tweed/core/shape.hpp>

#include <algorithm>
#include <cmath>

// Not inline: a call is nothing beside the exponentials, and several losses and predictions have
// one compiled for all.
namespace TWEED_NAMESPACE::kernels {

/// Position of the largest of z [count], the first of equals.
template <class T>
Index argmax(const T* z, Index count) {
  return std::max_element(z, z + count) - z;
}

/// log(sum(exp(z))) of z [count], without overflow.
template <class T>
[[gnu::noinline]] double log_sum_exp(const T* z, Index count) {
  const auto largest = static_cast<double>(*std::max_element(z, z + count));
  double sum = 0.0;
  for (Index i = 0; i < count; ++i) sum += std::exp(static_cast<double>(z[i]) - largest);
  return largest + std::log(sum);
}

/// p = exp(z) / sum(exp(z)) of z [count], without overflow; p may be z.
template <class T>
[[gnu::noinline]] void softmax(const T* z, Index count, T* p) {
  const T largest = *std::max_element(z, z + count);
  T sum{};
  for (Index i = 0; i < count; ++i) {
    p[i] = std::exp(z[i] - largest);
    sum += p[i];
  }
  for (Index i = 0; i < count; ++i) p[i] /= sum;
}

}  // namespace TWEED_NAMESPACE::kernels
