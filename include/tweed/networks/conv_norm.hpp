#pragma once

#include <tweed/graph/composites.hpp>
#include <tweed/layers/batch_norm.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/relu.hpp>

/// What the named networks are made of.
namespace TWEED_NAMESPACE::networks {

/// A convolution, whose bias would be lost, and batch normalisation. Options are those of `Conv2D`.
template <Index filters, Window kernel, auto... options>
using ConvNorm =
    Path<Conv2D<filters, kernel, NoBias{}, Initializer::he_normal, options...>, BatchNorm<>>;
template <Index filters, Window kernel, auto... options>
using ConvNormReLU = Path<ConvNorm<filters, kernel, options...>, ReLU>;

/// A depthwise convolution and batch normalisation.
template <Window kernel, auto... options>
using DepthwiseNorm =
    Path<DepthwiseConv2D<kernel, NoBias{}, Initializer::he_normal, options...>, BatchNorm<>>;

}  // namespace TWEED_NAMESPACE::networks
