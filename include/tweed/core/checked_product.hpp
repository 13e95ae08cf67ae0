#pragma once

#include <tweed/core/shape.hpp>

#include <limits>
#include <optional>
#include <span>

namespace TWEED_NAMESPACE::detail {

/// `first` times all of `dims`, or nothing if a factor is negative or the product overflows.
constexpr std::optional<Index> checked_product(std::span<const Index> dims, Index first = 1) {
  Index product = first;
  for (const Index dim : dims) {
    if (dim < 0 || (dim > 0 && product > std::numeric_limits<Index>::max() / dim)) return {};
    product *= dim;
  }
  return product;
}

}  // namespace TWEED_NAMESPACE::detail
