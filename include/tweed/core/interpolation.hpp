#pragma once

#include <tweed/core/namespace.hpp>

#include <string_view>

namespace TWEED_NAMESPACE {

/// What a pixel between others gets: the number of the nearest, or a mean of the four around it,
/// each weighted by how near it is.
enum class Interpolation { nearest, bilinear };

/// What files call it.
constexpr std::string_view name(Interpolation interpolation) {
  return interpolation == Interpolation::nearest ? "nearest" : "bilinear";
}

}  // namespace TWEED_NAMESPACE
