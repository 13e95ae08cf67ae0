#pragma once

#include <tweed/layers/add.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/drop_path.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/sigmoid.hpp>
#include <tweed/layers/silu.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>
#include <tweed/networks/squeeze_excitation.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

/// Tan and Le, *EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks*, ICML
/// 2019.
namespace TWEED_NAMESPACE::networks {

/// Block `number` of 16, counted from 0: to `expansion` times the channels, a depthwise
/// convolution, a factor for each channel, and to `outputs` channels. Later ones are dropped more
/// often.
template <Index number, Index kernel, Index inputs, Index outputs, Index expansion, Index stride>
struct EfficientNetBlock {
 private:
  static constexpr Index expanded_ = expansion * inputs;
  using Expand = std::conditional_t<expansion == 1, Path<>, Path<ConvNorm<expanded_, 1>, SiLU>>;
  using Entries =
      Path<Expand, DepthwiseNorm<kernel, Stride{stride}, Padding{kernel / 2}>, SiLU,
           SqueezeExcitation<expanded_, inputs / 4, SiLU, Sigmoid>, ConvNorm<outputs, 1>>;

 public:
  using Runs =
      std::conditional_t<stride == 1 && inputs == outputs,
                         Path<Residual<Entries, DropPath<0.2 * static_cast<double>(number) / 16>>>,
                         Entries>;
};

/// Blocks of one size; the first has the stride and the number `first`.
template <Index first, int blocks, Index kernel, Index inputs, Index outputs, Index expansion,
          Index stride>
struct EfficientNetStage {
 private:
  template <class Numbers>
  struct Blocks;
  template <std::size_t... i>
  struct Blocks<std::index_sequence<i...>> {
    using type = Path<EfficientNetBlock<first, kernel, inputs, outputs, expansion, stride>,
                      EfficientNetBlock<first + 1 + static_cast<Index>(i), kernel, outputs, outputs,
                                        expansion, 1>...>;
  };

 public:
  using Runs = typename Blocks<std::make_index_sequence<blocks - 1>>::type;
};

/// EfficientNet-B0. 5.3 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using EfficientNetB0 = Sequential<
    Image, ConvNorm<32, 3, Stride{2}, Padding{1}>, SiLU, EfficientNetStage<0, 1, 3, 32, 16, 1, 1>,
    EfficientNetStage<1, 2, 3, 16, 24, 6, 2>, EfficientNetStage<3, 2, 5, 24, 40, 6, 2>,
    EfficientNetStage<5, 3, 3, 40, 80, 6, 2>, EfficientNetStage<8, 3, 5, 80, 112, 6, 1>,
    EfficientNetStage<11, 4, 5, 112, 192, 6, 2>, EfficientNetStage<15, 1, 3, 192, 320, 6, 1>,
    ConvNorm<1280, 1>, SiLU, GlobalAveragePool, Dropout<0.2>, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
