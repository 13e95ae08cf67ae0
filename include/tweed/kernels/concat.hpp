#pragma once

#include <tweed/core/batch.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/streaming.hpp>

#include <algorithm>
#include <span>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `copy(pixels, size, part, whole)` for all pixels of each part, which has `size` channels,
/// and for the places of the first of these pixels: for some pixels at a time, so that the whole
/// goes through memory once.
template <class T, class Part, class Copy>
void for_each_joined(const Batch<T>& whole, std::span<const Part> parts, int threads,
                     const Copy& copy) {
  const Index channels = whole.shape.channels;
  const Index pixels = whole.count * whole.shape.height * whole.shape.width;
  const Index piece = std::max<Index>(1, activation_piece<T> / channels);
  parallel_ranges(pixels, elementwise_grain / channels, threads, [&](Index begin, Index end) {
    for (Index from = begin; from < end; from += piece) {
      const Index to = std::min(end, from + piece);
      Index first = 0;
      for (const auto& part : parts) {
        const Index size = part.shape.channels;
        if (!part.empty()) {
          copy(to - from, size, part.data + from * size, whole.data + from * channels + first);
        }
        first += size;
      }
    }
    simd::finish_stream();
  });
}

}  // namespace detail

/// y [n,h,w,c0+c1+...]: each pixel has the channels of all x [n,h,w,c0], [n,h,w,c1], ... one after
/// another.
template <class T>
void concat(std::span<const Batch<const T>> x, const Batch<T>& y, int threads) {
  const Index channels = y.shape.channels;
  detail::for_each_joined(y, x, threads, [&](Index pixels, Index size, const T* part, T* whole) {
    const bool streams = are_pieces_streamed(whole, size, channels, y.size());
    for (Index p = 0; p < pixels; ++p) {
      copy_or_stream(part + p * size, size, whole + p * channels, streams);
    }
  });
}

/// The way back: dx [n,h,w,c0], [n,h,w,c1], ... are the parts of dy [n,h,w,c0+c1+...]. Those that
/// are empty are left out.
template <class T>
void concat_gradient(const Batch<const T>& dy, std::span<const Batch<T>> dx, int threads) {
  const Index channels = dy.shape.channels;
  detail::for_each_joined(dy, dx, threads, [&](Index pixels, Index size, T* part, const T* whole) {
    const bool streams = are_pieces_streamed(part, size, size, dy.size());
    for (Index p = 0; p < pixels; ++p) {
      copy_or_stream(whole + p * channels, size, part + p * size, streams);
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
