#pragma once

#include "network.hpp"
#include "train_options.hpp"

#include <tweed/model/any_network.hpp>

namespace fashion_mnist {

using namespace tweed;

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
