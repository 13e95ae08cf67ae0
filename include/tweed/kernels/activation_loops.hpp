#pragma once

#include <tweed/kernels/activation_function.hpp>
#include <tweed/kernels/elementary.hpp>
#include <tweed/kernels/prefetch.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// Calls `body(i, lanes)` for [0, count), a register at a time. It stands there once, for whole
/// registers and for the last one: all numbers are rounded alike, wherever they lie.
template <class T, class Body>
EIGEN_ALWAYS_INLINE void for_each_pack_alike(Index count, const Body& body) {
  constexpr Index width = Pack<T>::width;
  for (Index i = 0; i < count; i += width) body(i, std::min(width, count - i));
}

}  // namespace detail

template <class F, class T>
EIGEN_DONT_INLINE void LoopsOf<F, T>::value(const Activation& f, const T* x, T* y, Index count,
                                            bool streams) {
  const auto first = Pack<T>::constant(f.first);
  const auto second = Pack<T>::constant(f.second);
  detail::for_each_pack_alike<T>(count, [&](Index i, Index lanes) {
    prefetch_ahead(x + i);
    F::value(Pack<T>::load(x + i, lanes), first, second).store_or_stream(y + i, lanes, streams);
  });
  if (streams) simd::finish_stream();
}

template <class F, class T>
EIGEN_DONT_INLINE void LoopsOf<F, T>::gradient(const Activation& f, const T* from, const T* dy,
                                               T* dx, Index count, bool streams) {
  const auto first = Pack<T>::constant(f.first);
  const auto second = Pack<T>::constant(f.second);
  detail::for_each_pack_alike<T>(count, [&](Index i, Index lanes) {
    prefetch_ahead(from + i);
    prefetch_ahead(dy + i);
    const auto derivative = F::derivative(Pack<T>::load(from + i, lanes), first, second);
    (derivative * Pack<T>::load(dy + i, lanes)).store_or_stream(dx + i, lanes, streams);
  });
  if (streams) simd::finish_stream();
}

}  // namespace TWEED_NAMESPACE::kernels
