#pragma once

#include <tweed/graph/composites.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/multiply.hpp>

namespace TWEED_NAMESPACE::networks {

/// A factor for each of `channels`, from what all of them are on average, through `squeezed` units
/// (Hu, Shen and Sun, *Squeeze-and-Excitation Networks*, CVPR 2018).
template <Index channels, Index squeezed, class Activation, class Gate>
struct SqueezeExcitation
    : Multiply<Path<GlobalAveragePool, Dense<squeezed>, Activation, Dense<channels>, Gate>> {};

}  // namespace TWEED_NAMESPACE::networks
