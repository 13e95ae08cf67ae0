#pragma once

#include <tweed/tweed.hpp>

namespace fashion_mnist {

using namespace tweed;

/// 1,447,946 parameters; about 90 % of the test images right after 1500 steps of 100 images.
// clang-format off
using FashionCnn = Sequential<Input<28, 28, 1>,
    Conv2D<32, 5>, ReLU, MaxPool<2>,
    Conv2D<64, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Conv2D<128, 5>, ReLU, MaxPool<2>, Dropout<0.25>,
    Flatten, Dense<1024>, ReLU, Dropout<0.4>,
    Dense<10>>;
// clang-format on

}  // namespace fashion_mnist
