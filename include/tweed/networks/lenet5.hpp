#pragma once

#include <tweed/graph/composites.hpp>
#include <tweed/layers/average_pool.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/tanh.hpp>
#include <tweed/model/sequential.hpp>

namespace TWEED_NAMESPACE::networks {

/// LeNet-5 (LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied to Document
/// Recognition*, 1998) as it is taught today: all channels read all, pools without weights, logits
/// in the end. 61,706 parameters.
template <class Image = Input<28, 28, 1>, Index classes = 10>
using LeNet5 =
    Sequential<Image, Conv2D<6, 5>, Tanh, AveragePool<2>, Conv2D<16, 5, Padding::valid>, Tanh,
               AveragePool<2>, Flatten, Dense<120>, Tanh, Dense<84>, Tanh, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
