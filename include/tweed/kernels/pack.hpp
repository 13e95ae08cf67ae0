#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace tweed::kernels {

/// A register full of T that adds and multiplies like a number: transforms are written once and run
/// over as many channels side by side as it holds.
template <class T>
struct Pack {
  static constexpr Index width = simd::width<T>;

  simd::Vector<T> lanes;

  static EIGEN_ALWAYS_INLINE Pack zero() { return {simd::broadcast(T{})}; }
  static EIGEN_ALWAYS_INLINE Pack load(const T* from) { return {simd::load(from)}; }
  EIGEN_ALWAYS_INLINE void store(T* to) const { simd::store(to, lanes); }

  /// The first `count` lanes, the others zero.
  static EIGEN_ALWAYS_INLINE Pack load(const T* from, Index count) {
    if (count == width) return load(from);
    alignas(alignment) T some[width] = {};
    std::copy_n(from, count, some);
    return load(some);
  }
  EIGEN_ALWAYS_INLINE void store(T* to, Index count) const {
    if (count == width) return store(to);
    alignas(alignment) T some[width];
    store(some);
    std::copy_n(some, count, to);
  }

  friend EIGEN_ALWAYS_INLINE Pack operator+(const Pack& a, const Pack& b) {
    return {simd::add(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack operator-(const Pack& a, const Pack& b) {
    return {simd::subtract(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack operator-(const Pack& a) { return {simd::negate(a.lanes)}; }
  friend EIGEN_ALWAYS_INLINE Pack operator*(T factor, const Pack& a) {
    return {simd::multiply(simd::broadcast(factor), a.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack max(const Pack& a, const Pack& b) {
    return {simd::max(a.lanes, b.lanes)};
  }
  /// `value` where `mask` > 0, else 0.
  friend EIGEN_ALWAYS_INLINE Pack where_positive(const Pack& mask, const Pack& value) {
    return {simd::where_positive(mask.lanes, value.lanes)};
  }
  /// factor * a + b
  friend EIGEN_ALWAYS_INLINE Pack multiply_add(T factor, const Pack& a, const Pack& b) {
    return {simd::multiply_add(simd::broadcast(factor), a.lanes, b.lanes)};
  }
};

template <class T>
struct ComplexPack {
  Pack<T> re;
  Pack<T> im;

  friend EIGEN_ALWAYS_INLINE ComplexPack operator+(const ComplexPack& a, const ComplexPack& b) {
    return {a.re + b.re, a.im + b.im};
  }
  friend EIGEN_ALWAYS_INLINE ComplexPack operator-(const ComplexPack& a, const ComplexPack& b) {
    return {a.re - b.re, a.im - b.im};
  }
  friend EIGEN_ALWAYS_INLINE ComplexPack conjugate(const ComplexPack& a) { return {a.re, -a.im}; }
};

}  // namespace tweed::kernels
