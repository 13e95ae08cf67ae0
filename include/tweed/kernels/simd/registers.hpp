#pragma once

// What registers hold, what goes into them and out, and arithmetic.

#include <tweed/core/shape.hpp>

#include <bit>
#include <cmath>
#include <cstdint>

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

namespace TWEED_NAMESPACE::kernels::simd {

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

/// For what several instructions read: each could read it from memory anew, which compilers take
/// for cheaper than it is.
template <class T>
TWEED_INLINE Vector<T> load_once(const T* from) {
  Vector<T> value = load(from);
  EIGEN_OPTIMIZATION_BARRIER(value)
  return value;
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

/// One value in every element.
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

/// a * b + c, fused where the machine can.
template <class V>
V multiply_add(const V& a, const V& b, const V& c) {
  return Eigen::internal::pmadd(a, b, c);
}

/// Whether it is fused: then a * b keeps all its digits until c is added.
#if defined(EIGEN_HAS_SINGLE_INSTRUCTION_MADD)
inline constexpr bool fuses_multiply_add = true;
#else
inline constexpr bool fuses_multiply_add = false;
#endif

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
V abs(const V& a) {
  return Eigen::internal::pabs(a);
}

/// `a` where it is no number.
template <class V>
V max(const V& a, const V& b) {
  return Eigen::internal::pmax(a, b);
}
template <class V>
V min(const V& a, const V& b) {
  return Eigen::internal::pmin(a, b);
}

/// All elements together.
template <class T>
T sum(const Vector<T>& a) {
  return Eigen::internal::predux(a);
}

/// The largest whole number that is not above a.
template <class V>
V floor(const V& a) {
  return Eigen::internal::pfloor(a);
}

/// Of normal numbers above 0.
template <class V>
V log(const V& a) {
  return Eigen::internal::plog(a);
}

/// a with the lower half of its digits zero: its square is exact.
template <class T>
Vector<T> upper_half(const Vector<T>& a) {
  if constexpr (sizeof(T) == 4) {
    return Eigen::internal::pand(a, broadcast(std::bit_cast<T>(std::uint32_t{0xFFFFF000})));
  } else {
    return Eigen::internal::pand(a, broadcast(std::bit_cast<T>(std::uint64_t{0xFFFFFFFFF8000000})));
  }
}

}  // namespace TWEED_NAMESPACE::kernels::simd

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
