#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE {

/// The shape of a sample, first in every `Sequential`: `Input<28, 28, 1>` for images (height,
/// width, channels), `Input<784>` for vectors. A further one begins another input.
template <Index... sizes>
struct Input {
  static_assert(sizeof...(sizes) == 1 || sizeof...(sizes) == 3,
                "Input: give height, width and channels, or the length of a vector");
  static_assert(((sizes > 0) && ...), "Input: every size must be positive");
  using Runs = Input;
};

namespace detail {

template <class First>
inline constexpr bool is_input = false;
template <Index... sizes>
inline constexpr bool is_input<Input<sizes...>> = true;

template <Index height, Index width, Index channels>
constexpr Shape shape_of(Input<height, width, channels>) {
  return {height, width, channels};
}
template <Index length>
constexpr Shape shape_of(Input<length>) {
  return {1, 1, length};
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE
