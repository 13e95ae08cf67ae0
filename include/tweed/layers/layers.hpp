#pragma once

#include <tweed/layers/activations.hpp>
#include <tweed/layers/add.hpp>
#include <tweed/layers/average_pool.hpp>
#include <tweed/layers/batch_norm.hpp>
#include <tweed/layers/concat.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/global_max_pool.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/multiply.hpp>
#include <tweed/layers/prelu.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/layers/softmax.hpp>
#include <tweed/layers/upsample.hpp>

#include <tuple>
#include <utility>

namespace TWEED_NAMESPACE {

/// The layers that are read from files.
using Layers = decltype(std::tuple_cat(
    std::declval<Activations>(),
    std::tuple<AddLayer, AveragePoolLayer, BatchNormLayer, ConcatLayer, Conv2DLayer, DenseLayer,
               DepthwiseConv2DLayer, DropoutLayer, Flatten, GlobalAveragePool, GlobalMaxPool,
               MaxPoolLayer, MultiplyLayer, PReLULayer, ReLU, Softmax, UpsampleLayer>{}));

}  // namespace TWEED_NAMESPACE
