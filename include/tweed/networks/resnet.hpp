#pragma once

#include <tweed/layers/add.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>

/// He, Zhang, Ren and Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016. `Segment`
/// wraps the blocks: `Recompute` trades time for memory.
namespace TWEED_NAMESPACE::networks {

/// Two convolutions of `filters`, the first with the stride.
template <Index filters, Index stride>
struct BasicBlock
    : Path<ConvNormReLU<filters, 3, Stride{stride}, Padding{1}>, ConvNorm<filters, 3>> {};

/// Three convolutions, the outer ones to `filters` channels and to four times as many. The stride
/// is in the middle one, as in PyTorch's ("version 1.5").
template <Index filters, Index stride>
struct Bottleneck
    : Path<ConvNormReLU<filters, 1>, ConvNormReLU<filters, 3, Stride{stride}, Padding{1}>,
           ConvNorm<4 * filters, 1>> {};

/// Blocks of one size, and a convolution beside the first, which makes `outputs` channels.
template <template <class...> class Segment, class First, class Other, int blocks, Index outputs,
          Index stride>
struct ResNetStage
    : Path<Segment<Add<First, ConvNorm<outputs, 1, Stride{stride}, Padding::valid>>, ReLU>,
           Repeat<blocks - 1, Segment<Residual<Other>, ReLU>>> {};

template <Index filters>
using ResNetStem =
    Path<ConvNormReLU<filters, 7, Stride{2}, Padding{3}>, MaxPool<3, Stride{2}, Padding{1}>>;

/// A stage of `BasicBlock` behind another, which halves the image and doubles the channels.
template <template <class...> class Segment, Index filters>
using BasicStage =
    ResNetStage<Segment, BasicBlock<filters, 2>, BasicBlock<filters, 1>, 2, filters, 2>;
template <template <class...> class Segment, int blocks, Index filters, Index stride>
using BottleneckStage = ResNetStage<Segment, Bottleneck<filters, stride>, Bottleneck<filters, 1>,
                                    blocks, 4 * filters, stride>;

/// 11.7 million parameters with 1000 classes; `filters` in the first stage.
template <class Image = Input<224, 224, 3>, Index classes = 1000, Index filters = 64,
          template <class...> class Segment = Path>
using ResNet18 = Sequential<Image, ResNetStem<filters>,
                            Repeat<2, Segment<Residual<BasicBlock<filters, 1>>, ReLU>>,
                            BasicStage<Segment, 2 * filters>, BasicStage<Segment, 4 * filters>,
                            BasicStage<Segment, 8 * filters>, GlobalAveragePool, Dense<classes>>;

/// 25.6 million parameters with 1000 classes; `filters` in the first stage.
template <class Image = Input<224, 224, 3>, Index classes = 1000, Index filters = 64,
          template <class...> class Segment = Path>
using ResNet50 =
    Sequential<Image, ResNetStem<filters>, BottleneckStage<Segment, 3, filters, 1>,
               BottleneckStage<Segment, 4, 2 * filters, 2>,
               BottleneckStage<Segment, 6, 4 * filters, 2>,
               BottleneckStage<Segment, 3, 8 * filters, 2>, GlobalAveragePool, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
