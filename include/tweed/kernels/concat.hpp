#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `copy(place in a part, channels, place in the whole)` for each pixel of each part.
template <class T, class Part, class Copy>
void for_each_joined(const Batch<T>& whole, std::span<const Part> parts, int threads,
                     const Copy& copy) {
  const Index channels = whole.shape.channels;
  const Index pixels = whole.count * whole.shape.height * whole.shape.width;
  parallel_ranges(pixels, elementwise_grain / channels, threads, [&](Index begin, Index end) {
    Index first = 0;
    for (const auto& part : parts) {
      const Index size = part.shape.channels;
      for (Index p = begin; !part.empty() && p < end; ++p) {
        copy(part.data + p * size, size, whole.data + p * channels + first);
      }
      first += size;
    }
  });
}

}  // namespace detail

/// y [n,h,w,c0+c1+...]: each pixel has the channels of all x [n,h,w,c0], [n,h,w,c1], ... one after
/// another.
template <class T>
void concat(std::span<const Batch<const T>> x, const Batch<T>& y, int threads) {
  detail::for_each_joined(y, x, threads, [](const T* part, Index channels, T* whole) {
    std::copy_n(part, channels, whole);
  });
}

/// The way back: dx [n,h,w,c0], [n,h,w,c1], ... are the parts of dy [n,h,w,c0+c1+...]. Those that
/// are empty are left out.
template <class T>
void concat_gradient(const Batch<const T>& dy, std::span<const Batch<T>> dx, int threads) {
  detail::for_each_joined(dy, dx, threads, [](T* part, Index channels, const T* whole) {
    std::copy_n(whole, channels, part);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
