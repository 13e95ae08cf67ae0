#pragma once

#include <tweed/graph/composites.hpp>
#include <tweed/layers/batch_norm.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/model/sequential.hpp>

namespace TWEED_NAMESPACE::networks {

/// Convolutions of one size, and a pool behind them.
template <int convolutions, Index filters>
struct VGGStage
    : Path<Repeat<convolutions, Conv2D<filters, 3, Initializer::he_normal>, BatchNorm<>, ReLU>,
           MaxPool<2>> {};

/// VGG-16 (Simonyan and Zisserman, *Very Deep Convolutional Networks for Large-Scale Image
/// Recognition*, ICLR 2015) with batch normalisation. 138 million parameters with 1000 classes,
/// most of them in the first dense layer of `units`.
template <class Image = Input<224, 224, 3>, Index classes = 1000, Index units = 4096>
using VGG16 = Sequential<Image, VGGStage<2, 64>, VGGStage<2, 128>, VGGStage<3, 256>,
                         VGGStage<3, 512>, VGGStage<3, 512>, Flatten, Dense<units>, ReLU,
                         Dropout<0.5>, Dense<units>, ReLU, Dropout<0.5>, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
