#pragma once

#include <tweed/kernels/pack.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

#if defined(__GNUC__) && defined(EIGEN_VECTORIZE)

/// Which of the lanes of two registers comes to a place: those of both in turn or, on the way back,
/// every other one.
template <bool is_back>
constexpr int lane_for(int place, int count) {
  if (!is_back) return place / 2 + place % 2 * count;
  return place < count ? 2 * place : 2 * (place - count) + 1;
}

/// a and b become the halves of a[0], b[0], a[1], b[1], ..., or go the way back.
template <bool is_back, class V, int... lanes>
TWEED_INLINE void interleave_pair(V& a, V& b, std::integer_sequence<int, lanes...>) {
  constexpr int count = sizeof...(lanes);
  const V first = __builtin_shufflevector(a, b, (lane_for<is_back>(lanes, count))...);
  b = __builtin_shufflevector(a, b, (lane_for<is_back>(lanes + count, count))...);
  a = first;
}

template <class T>
using Lanes = std::make_integer_sequence<int, static_cast<int>(simd::width<T>)>;

template <class T>
inline constexpr bool interleaves_registers = simd::width<T> > 1;

#else

template <bool is_back, class V, class L>
void interleave_pair(V&, V&, L) {}

template <class T>
using Lanes = int;

template <class T>
inline constexpr bool interleaves_registers = false;

#endif

/// Binary digits that number so many rows.
template <Index rows>
inline constexpr int digits = std::countr_zero(static_cast<std::uint64_t>(rows));

/// Registers of as many rows, a power of two, become those of their numbers in turn: the first of
/// each row, the second of each, ...; or go the way back. Each step moves a digit of the row's
/// number, as a binary one, into the lowest place of the lane's.
template <bool is_back, class T, Index rows>
TWEED_INLINE void interleave([[maybe_unused]] simd::Vector<T> (&v)[rows]) {
  if constexpr (interleaves_registers<T>) {
    TWEED_UNROLL
    for (int step = 0; step < digits<rows>; ++step) {
      const Index bit = Index{1} << (is_back ? step : digits<rows> - 1 - step);
      TWEED_UNROLL
      for (Index i = 0; i < rows; ++i) {
        if ((i & bit) == 0) interleave_pair<is_back>(v[i], v[i | bit], Lanes<T>{});
      }
    }
  }
}

/// Where each of some rows begins.
template <class T, Index rows>
using Rows = std::array<T*, static_cast<std::size_t>(rows)>;

/// Numbers of a row that whole registers hold.
template <class T>
constexpr Index in_registers(Index count) {
  return interleaves_registers<T> ? count / simd::width<T> * simd::width<T> : 0;
}

}  // namespace detail

/// to [count,rows] = the transpose of from [rows,count]; past the caches if `streams`, for which it
/// begins at a multiple of a register.
template <class T, Index rows>
TWEED_INLINE void interleave_rows(const detail::Rows<const T, rows>& from, Index count, T* to,
                                  bool streams) {
  constexpr Index width = simd::width<T>;
  const Index whole = detail::in_registers<T>(count);
  for (Index i = 0; i < whole; i += width) {
    simd::Vector<T> v[rows];
    TWEED_UNROLL
    for (Index r = 0; r < rows; ++r) v[r] = simd::load(from[static_cast<std::size_t>(r)] + i);
    detail::interleave<false, T>(v);
    TWEED_UNROLL
    for (Index r = 0; r < rows; ++r) {
      Pack<T>{v[r]}.store_or_stream(to + i * rows + r * width, streams);
    }
  }
  for (Index i = whole; i < count; ++i) {
    for (Index r = 0; r < rows; ++r) to[i * rows + r] = from[static_cast<std::size_t>(r)][i];
  }
}

/// to [rows,count] = the transpose of from [count,rows]; past the caches if `streams`, for which
/// all rows begin at a multiple of a register.
template <class T, Index rows>
TWEED_INLINE void take_rows_apart(const T* from, Index count, const detail::Rows<T, rows>& to,
                                  bool streams) {
  constexpr Index width = simd::width<T>;
  const Index whole = detail::in_registers<T>(count);
  for (Index i = 0; i < whole; i += width) {
    simd::Vector<T> v[rows];
    TWEED_UNROLL
    for (Index r = 0; r < rows; ++r) v[r] = simd::load(from + i * rows + r * width);
    detail::interleave<true, T>(v);
    TWEED_UNROLL
    for (Index r = 0; r < rows; ++r) {
      Pack<T>{v[r]}.store_or_stream(to[static_cast<std::size_t>(r)] + i, streams);
    }
  }
  for (Index i = whole; i < count; ++i) {
    for (Index r = 0; r < rows; ++r) to[static_cast<std::size_t>(r)][i] = from[i * rows + r];
  }
}

}  // namespace TWEED_NAMESPACE::kernels
