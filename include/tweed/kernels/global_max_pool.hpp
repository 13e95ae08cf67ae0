#pragma once

#include <tweed/kernels/sample_pixels.hpp>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Channels that are looked at together: a block of pixels of them stays in the first-level cache.
inline constexpr Index global_max_channels = 64;

/// The largest of each of some channels of `pixels` pixels, fewer than 2048, and which of them it
/// is, as T: the first of equals, or the last NaN. Several registers at once need not wait for each
/// other.
template <Index packs, class T>
EIGEN_ALWAYS_INLINE void largest_of_lanes(const T* x, Index pixels, Index step, Index lanes,
                                          T* largest, T* places) {
  constexpr Index width = Pack<T>::width;
  const auto one = Pack<T>::broadcast(T{1});
  auto here = Pack<T>::zero();
  Pack<T> most[packs];
  Pack<T> at[packs];
  TWEED_UNROLL
  for (Index k = 0; k < packs; ++k) {
    most[k] = Pack<T>::load(x + k * width, lanes);
    at[k] = here;
  }
  for (Index p = 1; p < pixels; ++p) {
    here = here + one;
    TWEED_UNROLL
    for (Index k = 0; k < packs; ++k) {
      const auto value = Pack<T>::load(x + p * step + k * width, lanes);
      const auto wins = either(less(most[k], value), is_nan(value));
      most[k] = select(wins, value, most[k]);
      at[k] = select(wins, here, at[k]);
    }
  }
  TWEED_UNROLL
  for (Index k = 0; k < packs; ++k) {
    most[k].store(largest + k * width, lanes);
    at[k].store(places + k * width, lanes);
  }
}

template <class T>
EIGEN_DONT_INLINE void largest_of_pixels(const T* x, Index pixels, Index step, Index channels,
                                         T* largest, T* places) {
  constexpr Index packs = 4;
  constexpr Index width = Pack<T>::width;
  Index c = 0;
  for (; c + packs * width <= channels; c += packs * width) {
    largest_of_lanes<packs>(x + c, pixels, step, width, largest + c, places + c);
  }
  for (; c < channels; c += width) {
    largest_of_lanes<1>(x + c, pixels, step, std::min(width, channels - c), largest + c,
                        places + c);
  }
}

}  // namespace detail

/// y [n,c] = the largest of all pixels of each sample of x [n,pixels,c], and NaN where there is
/// one. `places` [n,c], if not nullptr, tells which pixel it is: the first of equals.
template <class T>
void global_max_pool(const SampleSize& size, const T* x, T* y, Index* places, int threads) {
  constexpr Index most_channels = detail::global_max_channels;
  constexpr Index block_pixels = 64;
  const Index parts = (size.channels + most_channels - 1) / most_channels;
  parallel_for(size.batch * parts, threads, [&](Index task, int) {
    const Index n = task / parts;
    const Index first = task % parts * most_channels;
    const Index channels = std::min(most_channels, size.channels - first);
    const Index to = n * size.channels + first;
    T largest[most_channels];
    T place[most_channels];
    for (Index pixel = 0; pixel < size.pixels; pixel += block_pixels) {
      detail::largest_of_pixels(x + n * size.sample_size() + pixel * size.channels + first,
                                std::min(block_pixels, size.pixels - pixel), size.channels,
                                channels, largest, place);
      for (Index c = 0; c < channels; ++c) {
        const bool wins = pixel == 0 || largest[c] > y[to + c] || largest[c] != largest[c];
        if (!wins) continue;
        y[to + c] = largest[c];
        if (places != nullptr) places[to + c] = pixel + static_cast<Index>(place[c]);
      }
    }
  });
}

/// dx [n,pixels,c] = dy [n,c] at the pixel that was the largest, and 0 elsewhere.
template <class T>
void global_max_pool_gradient(const SampleSize& size, const T* dy, const Index* places, T* dx,
                              int threads) {
  detail::for_each_pixel_range(size, threads, [&](Index n, Index begin, Index end) {
    T* const to = dx + n * size.sample_size();
    std::fill(to + begin * size.channels, to + end * size.channels, T{});
    for (Index c = 0; c < size.channels; ++c) {
      const Index place = places[n * size.channels + c];
      if (place < begin || place >= end) continue;
      to[place * size.channels + c] = dy[n * size.channels + c];
    }
  });
}

}  // namespace TWEED_NAMESPACE::kernels
