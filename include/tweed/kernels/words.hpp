#pragma once

// Registers of whole numbers: where they come from, and where they go.

#include <tweed/kernels/simd.hpp>

#include <cstring>
#include <utility>

namespace TWEED_NAMESPACE::kernels::simd {

#if defined(__GNUC__) && defined(EIGEN_VECTORIZE)

namespace detail {

template <int... lanes>
Words consecutive_words(std::uint64_t first, std::integer_sequence<int, lanes...>) {
  return Words{lanes...} + first;
}

template <int... lanes>
void store_pairs(std::uint64_t* to, Words a, Words b, std::integer_sequence<int, lanes...>) {
  constexpr int count = sizeof...(lanes);
  const Words first = __builtin_shufflevector(a, b, (lanes / 2 + lanes % 2 * count)...);
  const Words second =
      __builtin_shufflevector(a, b, ((lanes + count) / 2 + (lanes + count) % 2 * count)...);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + count, &second, sizeof second);
}

}  // namespace detail

/// first, first + 1, ...
inline Words consecutive_words(std::uint64_t first) {
  return detail::consecutive_words(first, std::make_integer_sequence<int, words>{});
}

/// to = a[0], b[0], a[1], ...
inline void store_pairs(std::uint64_t* to, Words a, Words b) {
  detail::store_pairs(to, a, b, std::make_integer_sequence<int, words>{});
}

#else

inline Words consecutive_words(std::uint64_t first) { return first; }

inline void store_pairs(std::uint64_t* to, Words a, Words b) {
  to[0] = a;
  to[1] = b;
}

#endif

}  // namespace TWEED_NAMESPACE::kernels::simd
