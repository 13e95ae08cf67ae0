#pragma once

#include <tweed/layers/add.hpp>
#include <tweed/layers/dense.hpp>
#include <tweed/layers/dropout.hpp>
#include <tweed/layers/global_average_pool.hpp>
#include <tweed/layers/hard_sigmoid.hpp>
#include <tweed/layers/hard_swish.hpp>
#include <tweed/model/sequential.hpp>
#include <tweed/networks/conv_norm.hpp>
#include <tweed/networks/squeeze_excitation.hpp>

#include <type_traits>

/// Howard and others, *Searching for MobileNetV3*, ICCV 2019. Batch normalisation is PyTorch's for
/// it: a momentum of 0.99 (there 0.01) and an epsilon of 1e-3.
namespace TWEED_NAMESPACE::networks {

using MobileNetV3Norm = BatchNorm<Momentum{0.99}, Epsilon{1e-3}>;

template <Index filters, Window kernel, auto... options>
using MobileNetV3Conv =
    Path<Conv2D<filters, kernel, NoBias{}, Initializer::he_normal, options...>, MobileNetV3Norm>;

/// To `expanded` channels, if those are more, a depthwise convolution, a factor for each channel if
/// wanted, and to `outputs` channels.
template <Index inputs, Index kernel, Index expanded, Index outputs, bool has_factors,
          class Activation, Index stride>
struct MobileNetV3Block {
 private:
  /// A quarter of the channels, as a multiple of 8 that is not below nine tenths of it.
  static constexpr Index squeezed_ = [] {
    const Index quarter = expanded / 4;
    const Index rounded = quarter < 8 ? 8 : (quarter + 4) / 8 * 8;
    return 10 * rounded < 9 * quarter ? rounded + 8 : rounded;
  }();
  using Expand = std::conditional_t<expanded == inputs, Path<>,
                                    Path<MobileNetV3Conv<expanded, 1>, Activation>>;
  using Factors =
      std::conditional_t<has_factors, SqueezeExcitation<expanded, squeezed_, ReLU, HardSigmoid<>>,
                         Path<>>;
  using Entries = Path<Expand,
                       DepthwiseConv2D<kernel, NoBias{}, Initializer::he_normal, Stride{stride},
                                       Padding{kernel / 2}>,
                       MobileNetV3Norm, Activation, Factors, MobileNetV3Conv<outputs, 1>>;

 public:
  using Runs =
      std::conditional_t<stride == 1 && inputs == outputs, Path<Residual<Entries>>, Entries>;
};

/// 2.5 million parameters with 1000 classes.
template <class Image = Input<224, 224, 3>, Index classes = 1000>
using MobileNetV3Small = Sequential<
    Image, MobileNetV3Conv<16, 3, Stride{2}, Padding{1}>, HardSwish,
    MobileNetV3Block<16, 3, 16, 16, true, ReLU, 2>, MobileNetV3Block<16, 3, 72, 24, false, ReLU, 2>,
    MobileNetV3Block<24, 3, 88, 24, false, ReLU, 1>,
    MobileNetV3Block<24, 5, 96, 40, true, HardSwish, 2>,
    Repeat<2, MobileNetV3Block<40, 5, 240, 40, true, HardSwish, 1>>,
    MobileNetV3Block<40, 5, 120, 48, true, HardSwish, 1>,
    MobileNetV3Block<48, 5, 144, 48, true, HardSwish, 1>,
    MobileNetV3Block<48, 5, 288, 96, true, HardSwish, 2>,
    Repeat<2, MobileNetV3Block<96, 5, 576, 96, true, HardSwish, 1>>, MobileNetV3Conv<576, 1>,
    HardSwish, GlobalAveragePool, Dense<1024>, HardSwish, Dropout<0.2>, Dense<classes>>;

}  // namespace TWEED_NAMESPACE::networks
