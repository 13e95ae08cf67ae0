#pragma once

#include <tweed/layers/add.hpp>
#include <tweed/layers/conv2d.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/depthwise_conv2d.hpp>
#include <tweed/layers/drop_path.hpp>
#include <tweed/layers/gelu.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/layer_norm.hpp>
#include <tweed/layers/layer_scale.hpp>
#include <tweed/model/sequential.hpp>

#include <cstddef>
#include <utility>

/// Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, *A ConvNet for the 2020s*, CVPR 2022.
namespace TWEED_NAMESPACE::networks {

using ConvNeXtNorm = LayerNorm<Epsilon{1e-6}>;

/// Block `number` of 18, counted from 0; later ones are dropped more often.
template <Index number, Index channels>
struct ConvNeXtBlock
    : Residual<DepthwiseConv2D<7>, ConvNeXtNorm, Conv2D<4 * channels, 1>, GELU, Conv2D<channels, 1>,
               LayerScale<>, DropPath<0.1 * static_cast<double>(number) / 17>> {};

/// Blocks of one size, the first of number `first`.
template <Index first, int blocks, Index channels>
struct ConvNeXtStage {
 private:
  template <class Numbers>
  struct Blocks;
  template <std::size_t... i>
  struct Blocks<std::index_sequence<i...>> {
    using type = Path<ConvNeXtBlock<first + static_cast<Index>(i), channels>...>;
  };

 public:
  using Runs = typename Blocks<std::make_index_sequence<blocks>>::type;
};

/// Halves the image.
template <Index channels>
using ConvNeXtDown = Path<ConvNeXtNorm, Conv2D<channels, 2, Stride{2}, Padding::valid>>;

/// ConvNeXt-Tiny. 28.6 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using ConvNeXtTiny =
    Sequential<Image, Conv2D<96, 4, Stride{4}, Padding::valid>, ConvNeXtNorm,
               ConvNeXtStage<0, 3, 96>, ConvNeXtDown<192>, ConvNeXtStage<3, 3, 192>,
               ConvNeXtDown<384>, ConvNeXtStage<6, 9, 384>, ConvNeXtDown<768>,
               ConvNeXtStage<15, 3, 768>, GlobalAveragePool, ConvNeXtNorm, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
