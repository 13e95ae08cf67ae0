#pragma once

#include <tweed/layers/concat.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/model/sequential.hpp>

/// Iandola and others, *SqueezeNet: AlexNet-level accuracy with 50x fewer parameters*, 2016.
namespace TWEED_NAMESPACE::networks {

/// To few channels, and from these to `expanded` ones by 1x1 kernels and as many by 3x3.
template <Index squeezed, Index expanded>
struct Fire : Path<Conv2D<squeezed, 1, Initializer::he_uniform>, ReLU,
                   Concat<Path<Conv2D<expanded, 1, Initializer::he_uniform>, ReLU>,
                          Path<Conv2D<expanded, 3, Initializer::he_uniform>, ReLU>>> {};

/// SqueezeNet 1.1. 1.2 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using SqueezeNet =
    Sequential<Image, Conv2D<64, 3, Stride{2}, Padding::valid, Initializer::he_uniform>, ReLU,
               MaxPool<3, Stride{2}, CeilMode{}>, Repeat<2, Fire<16, 64>>,
               MaxPool<3, Stride{2}, CeilMode{}>, Repeat<2, Fire<32, 128>>,
               MaxPool<3, Stride{2}, CeilMode{}>, Repeat<2, Fire<48, 192>>,
               Repeat<2, Fire<64, 256>>, Dropout<0.5>, Conv2D<classes, 1>, ReLU, GlobalAveragePool>;

}  // namespace TWEED_NAMESPACE::networks
