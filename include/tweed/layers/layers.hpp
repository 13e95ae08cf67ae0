#pragma once

#include <tweed/layers/activations.hpp>
#include <tweed/layers/add.hpp>
#include <tweed/layers/average_pool.hpp>
#include <tweed/layers/batch_norm.hpp>
#include <tweed/layers/channel_shuffle.hpp>
#include <tweed/layers/channel_slice.hpp>
#include <tweed/layers/concat.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/conv_transpose2d.hpp>
#include <tweed/layers/crop.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/drop_path.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/flatten.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/global_max_pool.hpp>
#include <tweed/layers/group_norm.hpp>
#include <tweed/layers/instance_norm.hpp>
#include <tweed/layers/layer_norm.hpp>
#include <tweed/layers/layer_scale.hpp>
#include <tweed/layers/local_response_norm.hpp>
#include <tweed/layers/max_pool.hpp>
#include <tweed/layers/multiply.hpp>
#include <tweed/layers/pixel_shuffle.hpp>
#include <tweed/layers/prelu.hpp>
#include <tweed/layers/relu.hpp>
#include <tweed/layers/reshape.hpp>
#include <tweed/layers/rms_norm.hpp>
#include <tweed/layers/softmax.hpp>
#include <tweed/layers/spatial_dropout.hpp>
#include <tweed/layers/upsample.hpp>
#include <tweed/layers/zero_pad.hpp>

#include <tuple>
#include <type_traits>

namespace TWEED_NAMESPACE {

namespace detail {

/// Two lists of types as one. None of the tuples is ever made, which would take long to compile.
template <class... A, class... B>
std::tuple<A..., B...> joined(std::type_identity<std::tuple<A...>>,
                              std::type_identity<std::tuple<B...>>);

}  // namespace detail

/// The layers that are read from files.
using Layers = decltype(detail::joined(
    std::type_identity<Activations>{},
    std::type_identity<std::tuple<
        AddLayer, AveragePoolLayer, BatchNormLayer, ChannelShuffleLayer, ChannelSliceLayer,
        ConcatLayer, Conv2DLayer, ConvTranspose2DLayer, CropLayer, DenseLayer, DepthwiseConv2DLayer,
        DropoutLayer, DropPathLayer, Flatten, GlobalAveragePool, GlobalMaxPool, GroupNormLayer,
        InstanceNormLayer, LayerNormLayer, LayerScaleLayer, LocalResponseNormLayer, MaxPoolLayer,
        MultiplyLayer, PixelShuffleLayer, PReLULayer, ReLU, ReshapeLayer, RMSNormLayer, Softmax,
        SpatialDropoutLayer, UpsampleLayer, ZeroPadLayer>>{}));

}  // namespace TWEED_NAMESPACE
