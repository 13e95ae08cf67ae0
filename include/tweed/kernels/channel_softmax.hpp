#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/elementary.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

template <class T>
T largest_of(const T* x, Index count) {
  constexpr Index width = Pack<T>::width;
  T largest = x[0];
  Index i = 0;
  if (count >= width) {
    auto most = Pack<T>::load(x);
    for (i = width; i + width <= count; i += width) most = max(most, Pack<T>::load(x + i));
    T lanes[width];
    most.store(lanes);
    largest = *std::max_element(lanes, lanes + width);
  }
  for (; i < count; ++i) largest = std::max(largest, x[i]);
  return largest;
}

template <class T>
void softmax_pixel(const T* x, T* y, Index channels) {
  const auto largest = Pack<T>::broadcast(largest_of(x, channels));
  auto total = Pack<T>::zero();
  for_each_pack<T>(channels, [&](Index c, Index lanes) {
    exp(Pack<T>::load(x + c, lanes) - largest).store(y + c, lanes);
    total = total + Pack<T>::load(y + c, lanes);
  });
  const auto whole = Pack<T>::broadcast(sum(total));
  for_each_pack<T>(channels, [&](Index c, Index lanes) {
    (Pack<T>::load(y + c, lanes) / whole).store(y + c, lanes);
  });
}

template <class T>
void softmax_gradient_pixel(const T* y, const T* dy, T* dx, Index channels) {
  auto products = Pack<T>::zero();
  for_each_pack<T>(channels, [&](Index c, Index lanes) {
    products = multiply_add(Pack<T>::load(y + c, lanes), Pack<T>::load(dy + c, lanes), products);
  });
  const auto mean = Pack<T>::broadcast(sum(products));
  for_each_pack<T>(channels, [&](Index c, Index lanes) {
    (Pack<T>::load(y + c, lanes) * (Pack<T>::load(dy + c, lanes) - mean)).store(dx + c, lanes);
  });
}

/// Calls `body(offset)` for each pixel.
template <class Body>
void for_each_pixel(Index pixels, Index channels, int threads, const Body& body) {
  const Index grain = std::max<Index>(1, elementwise_grain / channels);
  parallel_ranges(pixels, grain, threads, [&](Index begin, Index end) {
    for (Index pixel = begin; pixel < end; ++pixel) body(pixel * channels);
  });
}

}  // namespace detail

/// y [pixels,channels] = exp(x) / the sum of exp(x) over the channels, without overflow; y may be
/// x.
template <class T>
void channel_softmax(const T* x, T* y, Index pixels, Index channels, int threads) {
  detail::for_each_pixel(pixels, channels, threads, [=](Index offset) {
    detail::softmax_pixel(x + offset, y + offset, channels);
  });
}

/// dx = y * (dy - the sum of y * dy over the channels); dx may be dy.
template <class T>
void channel_softmax_gradient(const T* y, const T* dy, T* dx, Index pixels, Index channels,
                              int threads) {
  detail::for_each_pixel(pixels, channels, threads, [=](Index offset) {
    detail::softmax_gradient_pixel(y + offset, dy + offset, dx + offset, channels);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
