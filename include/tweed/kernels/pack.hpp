#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// What comparing two packs gives.
template <class T>
struct PackMask {
  simd::Mask<T> lanes;

  friend EIGEN_ALWAYS_INLINE PackMask either(const PackMask& mask, const PackMask& other_mask) {
    return {simd::either(mask.lanes, other_mask.lanes)};
  }
};

/// A register full of T that adds and multiplies like a number: transforms are written once and run
/// over as many channels side by side as it holds.
template <class T>
struct Pack {
  static constexpr Index width = simd::width<T>;

  simd::Vector<T> lanes;

  static EIGEN_ALWAYS_INLINE Pack broadcast(T value) { return {simd::broadcast(value)}; }
  static EIGEN_ALWAYS_INLINE Pack zero() { return broadcast(T{}); }
  static EIGEN_ALWAYS_INLINE Pack constant(double value) {
    return broadcast(static_cast<T>(value));
  }
  static EIGEN_ALWAYS_INLINE Pack load(const T* from) { return {simd::load(from)}; }
  EIGEN_ALWAYS_INLINE void store(T* to) const { simd::store(to, lanes); }
  /// Past the caches (`simd::stream`) if `streams`.
  EIGEN_ALWAYS_INLINE void store_or_stream(T* to, bool streams) const {
    streams ? simd::stream(to, lanes) : simd::store(to, lanes);
  }

  /// The first `count` lanes, the others zero.
  static EIGEN_ALWAYS_INLINE Pack load(const T* from, Index count) {
    return {simd::load_part(from, count)};
  }
  EIGEN_ALWAYS_INLINE void store(T* to, Index count) const { simd::store_part(to, lanes, count); }
  /// Past the caches if `streams` and the register is full.
  EIGEN_ALWAYS_INLINE void store_or_stream(T* to, Index count, bool streams) const {
    streams&& count == width ? simd::stream(to, lanes) : simd::store_part(to, lanes, count);
  }

  /// Whole numbers of another type.
  template <class Small>
  static EIGEN_ALWAYS_INLINE Pack load_converted(const Small* from, Index count) {
    if (count >= width) return {simd::load_converted<T>(from)};
    Small some[width] = {};
    std::copy_n(from, count, some);
    return {simd::load_converted<T>(some)};
  }
  template <class Small>
  EIGEN_ALWAYS_INLINE void store_converted(Small* to, Index count) const {
    if (count >= width) return simd::store_converted<T>(lanes, to);
    Small some[width];
    simd::store_converted<T>(lanes, some);
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
  friend EIGEN_ALWAYS_INLINE Pack abs(const Pack& a) { return {simd::abs(a.lanes)}; }
  /// `a` where it is no number.
  friend EIGEN_ALWAYS_INLINE Pack max(const Pack& a, const Pack& b) {
    return {simd::max(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack min(const Pack& a, const Pack& b) {
    return {simd::min(a.lanes, b.lanes)};
  }
  /// All lanes together.
  friend EIGEN_ALWAYS_INLINE T sum(const Pack& a) { return simd::sum<T>(a.lanes); }
  friend EIGEN_ALWAYS_INLINE PackMask<T> less(const Pack& a, const Pack& b) {
    return {simd::less(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE PackMask<T> equal(const Pack& a, const Pack& b) {
    return {simd::equal(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE PackMask<T> is_nan(const Pack& a) { return {simd::is_nan(a.lanes)}; }
  /// `a` where the mask is set, else `b`.
  friend EIGEN_ALWAYS_INLINE Pack select(const PackMask<T>& mask, const Pack& a, const Pack& b) {
    return {simd::select(mask.lanes, a.lanes, b.lanes)};
  }
  /// `value` where `mask` > 0, else 0.
  friend EIGEN_ALWAYS_INLINE Pack where_positive(const Pack& mask, const Pack& value) {
    return {simd::where_positive(mask.lanes, value.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack operator*(const Pack& a, const Pack& b) {
    return {simd::multiply(a.lanes, b.lanes)};
  }
  friend EIGEN_ALWAYS_INLINE Pack operator/(const Pack& a, const Pack& b) {
    return {simd::divide(a.lanes, b.lanes)};
  }
  /// a * b + c
  friend EIGEN_ALWAYS_INLINE Pack multiply_add(const Pack& a, const Pack& b, const Pack& c) {
    return {simd::multiply_add(a.lanes, b.lanes, c.lanes)};
  }
  /// factor * a + b
  friend EIGEN_ALWAYS_INLINE Pack multiply_add(T factor, const Pack& a, const Pack& b) {
    return {simd::multiply_add(simd::broadcast(factor), a.lanes, b.lanes)};
  }
};

/// Calls `body(i, lanes)` for [0, count), a register at a time: for `lanes` elements from i on.
template <class T, class Body>
EIGEN_ALWAYS_INLINE void for_each_pack(Index count, const Body& body) {
  const Index whole = count / Pack<T>::width * Pack<T>::width;
  for (Index i = 0; i < whole; i += Pack<T>::width) body(i, Pack<T>::width);
  if (whole < count) body(whole, count - whole);
}

template <class T>
struct ComplexPack {
  Pack<T> re;
  Pack<T> im;

  // Copied part by part: gcc would copy the whole with registers half as wide, and the processor
  // would wait before it can load a part.
  ComplexPack() = default;
  EIGEN_ALWAYS_INLINE ComplexPack(const Pack<T>& re_, const Pack<T>& im_) : re(re_), im(im_) {}
  EIGEN_ALWAYS_INLINE ComplexPack(const ComplexPack& other) : re(other.re), im(other.im) {}
  EIGEN_ALWAYS_INLINE ComplexPack& operator=(const ComplexPack& other) {
    re = other.re;
    im = other.im;
    return *this;
  }
  ~ComplexPack() = default;

  friend EIGEN_ALWAYS_INLINE ComplexPack operator+(const ComplexPack& a, const ComplexPack& b) {
    return {a.re + b.re, a.im + b.im};
  }
  friend EIGEN_ALWAYS_INLINE ComplexPack operator-(const ComplexPack& a, const ComplexPack& b) {
    return {a.re - b.re, a.im - b.im};
  }
  friend EIGEN_ALWAYS_INLINE ComplexPack conjugate(const ComplexPack& a) { return {a.re, -a.im}; }
};

}  // namespace TWEED_NAMESPACE::kernels
