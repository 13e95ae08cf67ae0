#pragma once

#include <tweed/layers/average_pool.hpp>
#include <tweed/layers/concat.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>

/// Huang, Liu, van der Maaten and Weinberger, *Densely Connected Convolutional Networks*, CVPR
/// 2017.
namespace TWEED_NAMESPACE::networks {

/// Normalisation and ReLU, and a convolution behind them.
template <Index filters, Window kernel, auto... options>
using NormReLUConv =
    Path<BatchNorm<>, ReLU, Conv2D<filters, kernel, NoBias{}, Initializer::he_normal, options...>>;

/// `growth` channels from all that there are, and these behind them.
template <Index growth>
struct DenseNetLayer : Concat<Path<>, Path<NormReLUConv<4 * growth, 1>, NormReLUConv<growth, 3>>> {
};

/// Layers, of which each reads what all before it made, and what halves channels and sides.
template <int layers, Index growth, Index inputs>
struct DenseNetStage : Path<Repeat<layers, DenseNetLayer<growth>>,
                            NormReLUConv<(inputs + layers * growth) / 2, 1>, AveragePool<2>> {};

/// DenseNet-121. 8.0 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000, Index growth = 32>
using DenseNet121 =
    Sequential<Image, ConvNormReLU<2 * growth, 7, Stride{2}, Padding{3}>,
               MaxPool<3, Stride{2}, Padding{1}>, DenseNetStage<6, growth, 2 * growth>,
               DenseNetStage<12, growth, 4 * growth>, DenseNetStage<24, growth, 8 * growth>,
               Repeat<16, DenseNetLayer<growth>>, BatchNorm<>, ReLU, GlobalAveragePool,
               Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
