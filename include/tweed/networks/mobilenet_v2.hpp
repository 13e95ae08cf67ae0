#pragma once

#include <tweed/layers/add.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/relu6.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>

/// Sandler, Howard, Zhu, Zhmoginov and Chen, *MobileNetV2: Inverted Residuals and Linear
/// Bottlenecks*, CVPR 2018.
namespace TWEED_NAMESPACE::networks {

/// To `expansion` times the channels, a depthwise convolution, and to `outputs` channels.
template <Index inputs, Index outputs, Index expansion, Index stride>
struct InvertedBottleneck
    : Path<ConvNorm<expansion * inputs, 1>, ReLU6, DepthwiseNorm<3, Stride{stride}, Padding{1}>,
           ReLU6, ConvNorm<outputs, 1>> {};
template <Index inputs, Index outputs, Index stride>
struct InvertedBottleneck<inputs, outputs, 1, stride>
    : Path<DepthwiseNorm<3, Stride{stride}, Padding{1}>, ReLU6, ConvNorm<outputs, 1>> {};

/// Blocks of one size; what all but the first make is added to what they read.
template <int blocks, Index inputs, Index outputs, Index expansion, Index stride>
struct MobileNetV2Stage
    : Path<InvertedBottleneck<inputs, outputs, expansion, stride>,
           Repeat<blocks - 1, Residual<InvertedBottleneck<outputs, outputs, expansion, 1>>>> {};

/// 3.5 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using MobileNetV2 =
    Sequential<Image, ConvNorm<32, 3, Stride{2}, Padding{1}>, ReLU6,
               MobileNetV2Stage<1, 32, 16, 1, 1>, MobileNetV2Stage<2, 16, 24, 6, 2>,
               MobileNetV2Stage<3, 24, 32, 6, 2>, MobileNetV2Stage<4, 32, 64, 6, 2>,
               MobileNetV2Stage<3, 64, 96, 6, 1>, MobileNetV2Stage<3, 96, 160, 6, 2>,
               MobileNetV2Stage<1, 160, 320, 6, 1>, ConvNorm<1280, 1>, ReLU6, GlobalAveragePool,
               Dropout<0.2>, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
