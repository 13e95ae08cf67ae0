#pragma once

#include <tweed/core/activation.hpp>
#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

using tweed::Activation;

/// y [count] = f(y), for an activation that kernels do not do in registers: in a pass over what
/// they have just written and is still in the cache. Nothing for any other.
template <class T>
void apply_other(const Activation& f, T* y, Index count) {
  if (f.is_other()) f.function->template loops<T>().value(f, y, y, count, false);
}

/// What a pass over numbers takes at a time, to find them in the cache: 8 KB.
template <class T>
inline constexpr Index activation_piece = 8192 / Index{sizeof(T)};

/// Elements a thread handles at least, where the work an element is small.
inline constexpr Index elementwise_grain = 16384;

}  // namespace TWEED_NAMESPACE::kernels
