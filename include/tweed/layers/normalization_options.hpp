#pragma once

#include <tweed/core/double_option.hpp>

namespace TWEED_NAMESPACE {

/// What is added to a variance: `BatchNorm<Epsilon{1e-3}>`.
struct Epsilon : DoubleOption {
  consteval Epsilon(double value) : DoubleOption(value) {}
};

/// A normalisation without factors that are learnt: `LayerNorm<NoScale{}>`.
struct NoScale {};

/// A normalisation without offsets that are learnt: `LayerNorm<NoShift{}>`.
struct NoShift {};

}  // namespace TWEED_NAMESPACE
