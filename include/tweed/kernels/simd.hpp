#pragma once

// The one place that knows about vector registers. Eigen's packet primitives compile to the same
// instructions as intrinsics do (docs/design.md), for every instruction set that Eigen knows.

#include <tweed/core/shape.hpp>

#include <utility>

// GCC before 13 takes the registers that AVX-512 intrinsics leave undefined on purpose for mistakes
// (GCC bug 105593), and says of register types that template arguments drop their attributes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wignored-attributes"
#endif

#include <Eigen/Core>

namespace tweed::kernels::simd {

/// A register full of T: 16 floats with AVX-512, 8 with AVX, 4 with SSE and NEON.
template <class T>
using Vector = typename Eigen::internal::packet_traits<T>::type;

/// Elements in a register.
template <class T>
inline constexpr Index width = Eigen::internal::unpacket_traits<Vector<T>>::size;

/// Vector registers that a kernel may count on.
inline constexpr Index registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS;

template <class T>
Vector<T> load(const T* from) {
  return Eigen::internal::ploadu<Vector<T>>(from);
}

template <class T>
void store(T* to, const Vector<T>& value) {
  Eigen::internal::pstoreu(to, value);
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
V negate(const V& a) {
  return Eigen::internal::pnegate(a);
}

template <class V>
V max(const V& a, const V& b) {
  return Eigen::internal::pmax(a, b);
}

/// `value` where `mask` > 0, else 0.
template <class V>
V where_positive(const V& mask, const V& value) {
  return Eigen::internal::pand(Eigen::internal::pcmp_lt(Eigen::internal::pzero(mask), mask), value);
}

/// a * b + c, fused where the machine can.
template <class V>
V multiply_add(const V& a, const V& b, const V& c) {
  return Eigen::internal::pmadd(a, b, c);
}

/// to [columns,rows] = the transpose of from [rows,columns], both multiples of the width.
template <class T>
void transpose(const T* from, Index rows, Index columns, T* to) {
  constexpr Index side = width<T>;
  Eigen::internal::PacketBlock<Vector<T>, side> block;
  for (Index r = 0; r < rows; r += side) {
    for (Index c = 0; c < columns; c += side) {
      for (Index i = 0; i < side; ++i) block.packet[i] = load(from + (r + i) * columns + c);
      Eigen::internal::ptranspose(block);
      for (Index i = 0; i < side; ++i) store(to + (c + i) * rows + r, block.packet[i]);
    }
  }
}

/// Calls `body` with the constants 0 ... count - 1, so that what it indexes can live in registers.
template <Index count, class Body>
EIGEN_ALWAYS_INLINE void unroll(const Body& body) {
  [&]<Index... i>(std::integer_sequence<Index, i...>) {
    (body(std::integral_constant<Index, i>{}), ...);
  }
  (std::make_integer_sequence<Index, count>{});
}

}  // namespace tweed::kernels::simd

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
