#pragma once

// Registers of whole numbers, and what they are to those of others.

#include <tweed/kernels/simd/masks.hpp>
#include <tweed/kernels/simd/registers.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace TWEED_NAMESPACE::kernels::simd {

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

/// A whole exponent, and 2 to the power of it.
template <class T>
struct PowerOfTwo {
  Vector<T> exponent;
  Vector<T> value;
};

/// 2 to the power of the whole number next to a * b. It may be one below the exponents of normal
/// numbers, where the power is 0, to one above them, where it is infinite.
template <class T>
PowerOfTwo<T> power_of_two_near(const Vector<T>& a, const Vector<T>& b);

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

template <class T>
PowerOfTwo<T> power_of_two_near(const Vector<T>& a, const Vector<T>& b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr int digits = std::numeric_limits<T>::digits - 1;
  constexpr T bias = static_cast<T>(std::numeric_limits<T>::max_exponent - 1);
  // In a number of this size the lowest digit stands for 1: adding it rounds, and leaves the whole
  // number in the lowest bits.
  const auto whole = broadcast<T>(static_cast<T>(Bits{3} << (digits - 1)) + bias);
  const auto sum = multiply_add(a, b, whole);
  const auto bits = (ElementsOf<Bits, width<T>>)sum;
  return {subtract(sum, whole), (Vector<T>)(bits << digits)};
}

#else

using Words = std::uint64_t;
inline constexpr Index words = 1;

template <class T>
PowerOfTwo<T> power_of_two_near(const Vector<T>& a, const Vector<T>& b) {
  const Vector<T> exponent = floor(multiply_add(a, b, broadcast(T{0.5})));
  const Vector<T> power = Eigen::internal::pldexp(broadcast(T{1}), exponent);
  const auto is_denormal = less(power, broadcast(std::numeric_limits<T>::min()));
  return {exponent, select(is_denormal, broadcast(T{}), power)};
}

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

}  // namespace TWEED_NAMESPACE::kernels::simd
