#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/join_part.hpp>

#include <algorithm>
#include <span>

namespace tweed::kernels {

namespace detail {

/// Calls `copy(part, its row, the row of all)` for each pixel's channels of each part.
template <class T, class Copy>
void for_each_joined(std::span<const JoinPart<T>> parts, Index pixels, int threads,
                     const Copy& copy) {
  Index channels = 0;
  for (const auto& part : parts) channels += part.channels;
  const Index grain = elementwise_grain / std::max<Index>(channels, 1);
  parallel_ranges(pixels, grain, threads, [&](Index begin, Index end) {
    Index first = 0;
    for (const auto& part : parts) {
      for (Index p = begin; part.data != nullptr && p < end; ++p) {
        copy(part.data + p * part.channels, part.channels, p * channels + first);
      }
      first += part.channels;
    }
  });
}

}  // namespace detail

/// y [pixels,c0+c1+...]: each pixel has the channels of all x [pixels,c0], [pixels,c1], ... one
/// after another.
template <class T>
void concat(std::span<const JoinPart<const T>> x, Index pixels, T* y, int threads) {
  detail::for_each_joined(x, pixels, threads, [y](const T* from, Index channels, Index place) {
    std::copy_n(from, channels, y + place);
  });
}

/// The way back: dx [pixels,c0], [pixels,c1], ... are the parts of dy [pixels,c0+c1+...]. Those
/// that are nullptr are left out.
template <class T>
void concat_gradient(std::span<const JoinPart<T>> dx, Index pixels, const T* dy, int threads) {
  detail::for_each_joined(dx, pixels, threads, [dy](T* to, Index channels, Index place) {
    std::copy_n(dy + place, channels, to);
  });
}

}  // namespace tweed::kernels
