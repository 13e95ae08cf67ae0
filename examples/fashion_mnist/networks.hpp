#pragma once

#include "train_options.hpp"

#include <tweed/model/any_network.hpp>
#include <tweed/tweed.hpp>

namespace fashion_mnist {

using namespace tweed;

/// The reference network: 1,447,946 parameters; about 90 % of the test images right after 1500
/// steps of 100 images.
// clang-format off
using FashionCnn = Sequential<Input<28, 28, 1>,
    Conv2D<32, 5>, ReLU, MaxPool<2>,
    Conv2D<64, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Conv2D<128, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Flatten, Dense<1024>, ReLU, Dropout<0.4>,
    Dense<10>>;
// clang-format on

/// The network that the options ask for: the reference, or one in the manner of Jordan's airbench
/// (*94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, 2024),
///
///     stem:   Conv2D [k x k, 2 k k filters], activation        unless k is 0
///     blocks: Conv2D, MaxPool<2>, BatchNorm, activation,
///             depth times: Conv2D, BatchNorm, activation       in a residual network added to
///     head:   global pool, Dropout, Dense<10>, times a factor     what came before them
///
/// whose convolutions and dense layer have no bias but in the stem, and normalisations no scale.
/// The factor keeps first outputs small; it is a LayerScale, named layer_scale_1, which should be
/// frozen. Throws Error where options do not go together.
AnyNetwork network_of(const Train& options);

}  // namespace fashion_mnist
