#pragma once

#include <tweed/core/shape.hpp>

#include <cstdint>
#include <span>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// A class, counted from 0.
using Label = std::int32_t;

/// View of `count` samples of one shape that lie one after another: [n,h,w,c]. It owns nothing.
template <class T>
struct Batch {
  T* data = nullptr;
  Index count = 0;
  Shape shape{1, 1, 0};

  constexpr Index size() const { return count * shape.size(); }
  constexpr bool empty() const { return data == nullptr; }
  constexpr T* sample(Index i) const { return data + i * shape.size(); }
  constexpr std::span<T> values() const { return {data, static_cast<std::size_t>(size())}; }
  constexpr Batch first(Index n) const { return {data, n, shape}; }

  constexpr operator Batch<const T>() const requires(!std::is_const_v<T>) {
    return {data, count, shape};
  }
};

}  // namespace TWEED_NAMESPACE
