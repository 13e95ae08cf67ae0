#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/pack.hpp>

#include <algorithm>
#include <cstdint>

/// Results that are stored past the caches: what has left these before anybody reads it need not
/// push out what is there, and its lines need not be read before they are written.
namespace TWEED_NAMESPACE::kernels {

/// Elements in a cache line.
template <class T>
inline constexpr Index line_length = alignment / Index{sizeof(T)};

namespace detail {

template <class T>
bool is_at_multiple(const T* place, Index elements) {
  const auto bytes = static_cast<std::uintptr_t>(elements) * sizeof(T);
  return reinterpret_cast<std::uintptr_t>(place) % bytes == 0;
}

/// Whether the caches lose the first of so many elements before the last are there.
template <class T>
constexpr bool exceeds_caches(Index count) {
  return count * Index{sizeof(T)} >= Index{16} << 20;
}

}  // namespace detail

/// Whether rows of `length` elements from `to` on, `count` elements in all, are better stored past
/// the caches by a kernel that stores to several places in turn. Every row has to fill cache lines
/// of its own, and a register a line: one that comes in parts costs more that way.
template <class T>
bool is_streamed(const T* to, Index length, Index count) {
  return simd::width<T> == line_length<T> && detail::exceeds_caches<T>(count) &&
         length % line_length<T> == 0 && detail::is_at_multiple(to, line_length<T>);
}

/// Whether a kernel that stores one register right behind another, row by row, had better store
/// past the caches: the parts of a line are put together on their way. `to` may be the beginning of
/// a part of the `count` elements. What is computed in place is in the cache already, and better
/// stored there.
template <class T>
bool is_streamed_in_order(const T* to, Index length, Index count) {
  return detail::exceeds_caches<T>(count) && length % simd::width<T> == 0 &&
         detail::is_at_multiple(to, simd::width<T>);
}

/// For elements without rows: those behind the last whole register are stored as ever.
template <class T>
bool is_streamed_in_order(const T* to, Index count) {
  return is_streamed_in_order(to, simd::width<T>, count);
}

/// Whether pieces of `length` elements, one each `step` from `to` on, of a result of `count`
/// elements are better copied past the caches: see `copy_or_stream`. Lines that two pieces share
/// are not, so there must be few of them.
template <class T>
bool are_pieces_streamed(const T* to, Index length, Index step, Index count) {
  constexpr Index line = line_length<T>;
  const bool share_no_line =
      length % line == 0 && step % line == 0 && detail::is_at_multiple(to, line);
  return detail::exceeds_caches<T>(count) && (share_no_line || length >= 8 * line);
}

/// What a thread does behind its last store past the caches, if there were any.
struct FinishStream {
  bool streams;

  void operator()() const {
    if (streams) simd::finish_stream();
  }
};

namespace detail {

/// Stores `at(i)` as element i of `to` [count], or a register of them from i on: past the caches
/// what fills whole lines.
template <class T, class Number, class Register>
TWEED_INLINE void stream_lines(T* to, Index count, const Number& number, const Register& at) {
  constexpr Index line = line_length<T>;
  const auto place = static_cast<Index>(reinterpret_cast<std::uintptr_t>(to) / sizeof(T));
  const Index head = std::min(count, (line - place % line) % line);
  Index i = 0;
  for (; i < head; ++i) to[i] = number(i);
  for (; i + line <= count; i += line) {
    TWEED_UNROLL
    for (Index k = 0; k < line; k += simd::width<T>) simd::stream(to + i + k, at(i + k));
  }
  for (; i < count; ++i) to[i] = number(i);
}

}  // namespace detail

/// Copies `count` elements; whole cache lines past the caches if `streams`. Returns their end.
template <class T>
TWEED_INLINE T* copy_or_stream(const T* from, Index count, T* to, bool streams) {
  if (!streams) return std::copy_n(from, count, to);
  detail::stream_lines(
      to, count, [from](Index i) { return from[i]; },
      [from](Index i) { return simd::load(from + i); });
  return to + count;
}

/// Zeros in the same way.
template <class T>
TWEED_INLINE T* fill_or_stream(T* to, Index count, bool streams) {
  if (!streams) return std::fill_n(to, count, T{});
  detail::stream_lines(
      to, count, [](Index) { return T{}; }, [](Index) { return simd::broadcast(T{}); });
  return to + count;
}

}  // namespace TWEED_NAMESPACE::kernels
