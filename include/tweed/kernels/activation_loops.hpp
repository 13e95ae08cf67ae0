#pragma once

#include <tweed/kernels/activation_function.hpp>
#include <tweed/kernels/elementary.hpp>

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
EIGEN_DONT_INLINE void LoopsOf<F, T>::value(const Activation& f, const T* x, T* y, Index count) {
  const auto first = Pack<T>::constant(f.first);
  const auto second = Pack<T>::constant(f.second);
  detail::for_each_pack_alike<T>(count, [&](Index i, Index lanes) {
    F::value(Pack<T>::load(x + i, lanes), first, second).store(y + i, lanes);
  });
}

template <class F, class T>
EIGEN_DONT_INLINE void LoopsOf<F, T>::gradient(const Activation& f, const T* from, const T* dy,
                                               T* dx, Index count) {
  const auto first = Pack<T>::constant(f.first);
  const auto second = Pack<T>::constant(f.second);
  detail::for_each_pack_alike<T>(count, [&](Index i, Index lanes) {
    const auto derivative = F::derivative(Pack<T>::load(from + i, lanes), first, second);
    (derivative * Pack<T>::load(dy + i, lanes)).store(dx + i, lanes);
  });
}

}  // namespace TWEED_NAMESPACE::kernels
