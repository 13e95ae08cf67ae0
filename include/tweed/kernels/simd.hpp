#pragma once

// The one place that knows about vector registers. Eigen's packet primitives compile to the same
// instructions as intrinsics do (docs/design.md), for every instruction set that Eigen knows.

#include <tweed/core/shape.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

// GCC before 13 takes the registers that AVX-512 intrinsics leave undefined on purpose for mistakes
// (GCC bug 105593), and says of register types that template arguments drop their attributes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wignored-attributes"
#endif

#include <Eigen/Core>

// In front of a loop with constant bounds: writes it out, so that the arrays of vectors that it
// indexes can live in registers.
#if defined(__clang__)
#define TWEED_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define TWEED_UNROLL _Pragma("GCC unroll 64")
#else
#define TWEED_UNROLL
#endif

// For a function that such arrays are handed to: a call would put them in memory.
#define TWEED_INLINE EIGEN_ALWAYS_INLINE

namespace tweed::kernels::simd {

/// A register full of T: 16 floats with AVX-512, 8 with AVX, 4 with SSE and NEON.
template <class T>
using Vector = typename Eigen::internal::packet_traits<T>::type;

/// Registers that are transposed together.
template <class T, Index count>
struct VectorBlock : Eigen::internal::PacketBlock<Vector<T>, count> {};

/// Elements in a register.
template <class T>
inline constexpr Index width = Eigen::internal::unpacket_traits<Vector<T>>::size;

/// Vector registers that a kernel may count on.
inline constexpr Index registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS;

/// Registers that a processor multiplies and adds in a cycle. Zen 4, which older compilers take for
/// Zen 3, puts two units together for one of AVX-512.
#if defined(EIGEN_VECTORIZE_AVX512) && (defined(__znver3__) || defined(__znver4__))
inline constexpr Index products_per_cycle = 1;
#else
inline constexpr Index products_per_cycle = 2;
#endif

template <class T>
Vector<T> load(const T* from) {
  return Eigen::internal::ploadu<Vector<T>>(from);
}

template <class T>
void store(T* to, const Vector<T>& value) {
  Eigen::internal::pstoreu(to, value);
}

/// Stores past the caches, at a multiple of the register's size, what is not read soon. Before
/// another thread reads it, the one that stored calls `finish_stream`.
template <class T>
void stream(T* to, const Vector<T>& value) {
#if defined(EIGEN_VECTORIZE_AVX512)
  if constexpr (sizeof(T) == 4) _mm512_stream_ps(to, value);
  if constexpr (sizeof(T) == 8) _mm512_stream_pd(to, value);
#elif defined(EIGEN_VECTORIZE_AVX)
  if constexpr (sizeof(T) == 4) _mm256_stream_ps(to, value);
  if constexpr (sizeof(T) == 8) _mm256_stream_pd(to, value);
#elif defined(EIGEN_VECTORIZE_SSE2)
  if constexpr (sizeof(T) == 4) _mm_stream_ps(to, value);
  if constexpr (sizeof(T) == 8) _mm_stream_pd(to, value);
#else
  store(to, value);
#endif
}

inline void finish_stream() {
#if defined(EIGEN_VECTORIZE_SSE2)
  _mm_sfence();
#endif
}

namespace detail {

template <class T>
using Traits = Eigen::internal::unpacket_traits<Vector<T>>;

/// A bit for each of the first `count` elements, to load or store them alone.
template <class T>
typename Traits<T>::mask_t mask(Index count) {
  return static_cast<typename Traits<T>::mask_t>((1U << count) - 1);
}

}  // namespace detail

/// The first `count` elements, at most the width, and zeros.
template <class T>
Vector<T> load_part(const T* from, Index count) {
  if (count == width<T>) return load(from);
  if constexpr (detail::Traits<T>::masked_load_available) {
    return Eigen::internal::ploadu<Vector<T>>(from, detail::mask<T>(count));
  }
  T elements[width<T>] = {};
  for (Index i = 0; i < count; ++i) elements[i] = from[i];
  return load(elements);
}

/// Stores the first `count` elements, at most the width.
template <class T>
void store_part(T* to, const Vector<T>& value, Index count) {
  if (count == width<T>) return store(to, value);
  if constexpr (detail::Traits<T>::masked_store_available) {
    return Eigen::internal::pstoreu(to, value, detail::mask<T>(count));
  }
  T elements[width<T>];
  store(elements, value);
  for (Index i = 0; i < count; ++i) to[i] = elements[i];
}

/// The same value in every element.
template <class T>
Vector<T> broadcast(T value) {
  return Eigen::internal::pset1<Vector<T>>(value);
}

template <class V>
V add(const V& a, const V& b) {
  return Eigen::internal::padd(a, b);
}

template <class V>
V subtract(const V& a, const V& b) {
  return Eigen::internal::psub(a, b);
}

template <class V>
V multiply(const V& a, const V& b) {
  return Eigen::internal::pmul(a, b);
}

template <class V>
V divide(const V& a, const V& b) {
  return Eigen::internal::pdiv(a, b);
}

/// Rounded correctly, which Eigen's own is not: that starts from an estimate.
template <class T>
Vector<T> square_root(const Vector<T>& a) {
#if defined(EIGEN_VECTORIZE_AVX512)
  if constexpr (sizeof(T) == 4) return _mm512_sqrt_ps(a);
  if constexpr (sizeof(T) == 8) return _mm512_sqrt_pd(a);
#elif defined(EIGEN_VECTORIZE_AVX)
  if constexpr (sizeof(T) == 4) return _mm256_sqrt_ps(a);
  if constexpr (sizeof(T) == 8) return _mm256_sqrt_pd(a);
#elif defined(EIGEN_VECTORIZE_SSE2)
  if constexpr (sizeof(T) == 4) return _mm_sqrt_ps(a);
  if constexpr (sizeof(T) == 8) return _mm_sqrt_pd(a);
#else
  T elements[width<T>];
  store(elements, a);
  for (T& element : elements) element = std::sqrt(element);
  return load(elements);
#endif
}

template <class V>
V negate(const V& a) {
  return Eigen::internal::pnegate(a);
}

template <class V>
V max(const V& a, const V& b) {
  return Eigen::internal::pmax(a, b);
}

// Comparisons give a mask for `select`: with AVX-512 a bit for each element, else all bits of an
// element or none.

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

/// a * b + c, fused where the machine can.
template <class V>
V multiply_add(const V& a, const V& b, const V& c) {
  return Eigen::internal::pmadd(a, b, c);
}

#if defined(EIGEN_VECTORIZE_AVX512)

inline __m512i load_bytes(const std::uint8_t* from) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

#endif

/// Whether `take` is a matter of a few instructions.
#if defined(EIGEN_VECTORIZE_AVX512)
template <class T>
inline constexpr bool has_fast_take = sizeof(T) == 4;
#else
template <class T>
inline constexpr bool has_fast_take = false;
#endif

/// Each element is one of four, the lowest two bits of its place say which.
template <class T>
Vector<T> take(const T* four, const std::uint8_t* places) {
#if defined(EIGEN_VECTORIZE_AVX512)
  if constexpr (has_fast_take<T>) {
    return _mm512_permutevar_ps(_mm512_broadcast_f32x4(_mm_loadu_ps(four)), load_bytes(places));
  }
#endif
  T elements[width<T>];
  for (Index i = 0; i < width<T>; ++i) elements[i] = four[places[i] % 4];
  return load(elements);
}

#if defined(__GNUC__) && defined(EIGEN_VECTORIZE)

template <class Element, Index count>
using ElementsOf [[gnu::vector_size(count * sizeof(Element))]] = Element;

/// Whole numbers of 64 bits in a register of Words.
#if defined(EIGEN_VECTORIZE_AVX512)
inline constexpr Index words = 8;
#elif defined(EIGEN_VECTORIZE_AVX2)
inline constexpr Index words = 4;
#else
inline constexpr Index words = 2;
#endif

using Words = ElementsOf<std::uint64_t, words>;

/// The products of their lower halves.
inline Words multiply_low_halves(Words a, Words b) {
  // g++ 12 multiplies all of the 64 bits otherwise.
#if defined(EIGEN_VECTORIZE_AVX512)
  return (Words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(EIGEN_VECTORIZE_AVX2)
  return (Words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(EIGEN_VECTORIZE_SSE2)
  return (Words)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  using Halves = ElementsOf<std::uint32_t, words>;
  return __builtin_convertvector(__builtin_convertvector(a, Halves), Words) *
         __builtin_convertvector(__builtin_convertvector(b, Halves), Words);
#endif
}

/// Whole numbers of another type as a register of T.
template <class T, class Small>
Vector<T> load_converted(const Small* from) {
  // What g++ 12 makes of the general way takes them one by one.
#if defined(EIGEN_VECTORIZE_AVX512)
  if constexpr (sizeof(T) == 4 && std::is_same_v<Small, std::uint8_t>) {
    return _mm512_cvtepi32_ps(load_bytes(from));
  }
#elif defined(EIGEN_VECTORIZE_AVX2)
  if constexpr (sizeof(T) == 4 && std::is_same_v<Small, std::uint8_t>) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
  }
#endif
  ElementsOf<Small, width<T>> small;
  std::memcpy(&small, from, sizeof small);
  const auto whole = __builtin_convertvector(small, ElementsOf<std::int32_t, width<T>>);
  return (Vector<T>)__builtin_convertvector(whole, ElementsOf<T, width<T>>);
}

template <class T, class Small>
void store_converted(const Vector<T>& value, Small* to) {
  const auto whole =
      __builtin_convertvector((ElementsOf<T, width<T>>)value, ElementsOf<std::int32_t, width<T>>);
  const auto small = __builtin_convertvector(whole, ElementsOf<Small, width<T>>);
  std::memcpy(to, &small, sizeof small);
}

#else

using Words = std::uint64_t;
inline constexpr Index words = 1;

inline Words multiply_low_halves(Words a, Words b) { return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF); }

template <class T, class Small>
Vector<T> load_converted(const Small* from) {
  T elements[width<T>];
  for (Index i = 0; i < width<T>; ++i) elements[i] = static_cast<T>(from[i]);
  return load(elements);
}

template <class T, class Small>
void store_converted(const Vector<T>& value, Small* to) {
  T elements[width<T>];
  store(elements, value);
  for (Index i = 0; i < width<T>; ++i) to[i] = static_cast<Small>(elements[i]);
}

#endif

}  // namespace tweed::kernels::simd

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
