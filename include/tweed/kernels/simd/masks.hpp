#pragma once

#include <tweed/kernels/simd/registers.hpp>

// Comparisons give a mask for `select`: with AVX-512 a bit for each element, else all bits of an
// element or none.

namespace TWEED_NAMESPACE::kernels::simd {

#if defined(EIGEN_VECTORIZE_AVX512)

inline __mmask16 less(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline __mmask8 less(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }

inline __mmask16 equal(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
inline __mmask8 equal(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }

inline __mmask16 is_nan(__m512 a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
inline __mmask8 is_nan(__m512d a) { return _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q); }

template <class M>
M either(M mask, M other_mask) {
  return static_cast<M>(mask | other_mask);
}

/// `a` where the mask is set, else `b`.
inline __m512 select(__mmask16 mask, __m512 a, __m512 b) {
  return _mm512_mask_blend_ps(mask, b, a);
}
inline __m512d select(__mmask8 mask, __m512d a, __m512d b) {
  return _mm512_mask_blend_pd(mask, b, a);
}

#else

template <class V>
V less(const V& a, const V& b) {
  return Eigen::internal::pcmp_lt(a, b);
}

template <class V>
V equal(const V& a, const V& b) {
  return Eigen::internal::pcmp_eq(a, b);
}

template <class V>
V is_nan(const V& a) {
  return Eigen::internal::pcmp_lt_or_nan(a, a);
}

template <class V>
V either(const V& mask, const V& other_mask) {
  return Eigen::internal::por(mask, other_mask);
}

/// `a` where the mask is set, else `b`.
template <class V>
V select(const V& mask, const V& a, const V& b) {
  return Eigen::internal::pselect(mask, a, b);
}

#endif

template <class T>
using Mask = decltype(less(Vector<T>{}, Vector<T>{}));

/// `value` where `mask` > 0, else 0.
template <class V>
V where_positive(const V& mask, const V& value) {
  const V zero = Eigen::internal::pzero(value);
  return select(less(zero, mask), value, zero);
}

}  // namespace TWEED_NAMESPACE::kernels::simd
