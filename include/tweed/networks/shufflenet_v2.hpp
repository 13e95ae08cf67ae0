#pragma once

#include <tweed/layers/channel_shuffle.hpp>
#include <tweed/layers/channel_slice.hpp>
#include <tweed/layers/concat.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>

/// Ma, Zhang, Zheng and Sun, *ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture
/// Design*, ECCV 2018.
namespace TWEED_NAMESPACE::networks {

/// A depthwise convolution between two of `channels` filters.
template <Index channels, Index stride>
using ShuffleBranch = Path<ConvNormReLU<channels, 1>, DepthwiseNorm<3, Stride{stride}, Padding{1}>,
                           ConvNormReLU<channels, 1>>;

/// Half of the channels go through a branch, the others pass by; then both are mixed.
template <Index channels>
struct ShuffleUnit
    : Path<Concat<ChannelSlice<0, channels / 2>,
                  Path<ChannelSlice<channels / 2, channels / 2>, ShuffleBranch<channels / 2, 1>>>,
           ChannelShuffle<2>> {};

/// A unit that halves the image and makes `channels` of it, and others behind it.
template <int units, Index channels>
struct ShuffleStage
    : Path<Concat<Path<DepthwiseNorm<3, Stride{2}, Padding{1}>, ConvNormReLU<channels / 2, 1>>,
                  ShuffleBranch<channels / 2, 2>>,
           ChannelShuffle<2>, Repeat<units - 1, ShuffleUnit<channels>>> {};

/// ShuffleNetV2 1.0x. 2.3 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using ShuffleNetV2 =
    Sequential<Image, ConvNormReLU<24, 3, Stride{2}, Padding{1}>, MaxPool<3, Stride{2}, Padding{1}>,
               ShuffleStage<4, 116>, ShuffleStage<8, 232>, ShuffleStage<4, 464>,
               ConvNormReLU<1024, 1>, GlobalAveragePool, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
