#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>

#include <cstdint>

namespace TWEED_NAMESPACE::kernels {

/// Whether rows of `length` elements from `to` on, `count` elements in all, are better stored past
/// the caches: they would have left these before anybody reads them, and what they push out is
/// missed. Every row has to fill cache lines of its own, and a register a line: one that comes in
/// parts costs more that way.
template <class T>
bool is_streamed(const T* to, Index length, Index count) {
  constexpr Index many_bytes = Index{16} << 20;
  constexpr Index line = alignment / Index{sizeof(T)};
  return simd::width<T> == line && count * Index{sizeof(T)} >= many_bytes && length % line == 0 &&
         reinterpret_cast<std::uintptr_t>(to) % alignment == 0;
}

}  // namespace TWEED_NAMESPACE::kernels
