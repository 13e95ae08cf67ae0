#pragma once

#include <tweed/core/namespace.hpp>

#include <bit>
#include <cstdint>

namespace TWEED_NAMESPACE {

/// A double as a template argument: stored as bits, because not every supported compiler takes a
/// double there. Options that are numbers are derived from it.
struct DoubleOption {
  std::uint64_t bits;
  constexpr DoubleOption(double value) : bits(std::bit_cast<std::uint64_t>(value)) {}
  constexpr DoubleOption(int value) : DoubleOption(static_cast<double>(value)) {}
  constexpr double value() const { return std::bit_cast<double>(bits); }
};

}  // namespace TWEED_NAMESPACE
