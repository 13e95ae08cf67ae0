#pragma once

#include <tweed/layers/convolution.hpp>

namespace tweed {

/// How many filters a depthwise convolution has for each channel.
struct Multiplier {
  Index count;
};

namespace detail {

/// Filters of their own for each channel.
template <auto... options>
struct FiltersPerChannel {
  static constexpr std::string_view layer_name = "depthwise_conv2d";
  static constexpr Index multiplier = option_or<Multiplier, options...>({1}).count;

  static_assert(OptionTypes<Stride, Dilation, Padding, Multiplier, Initializer,
                            Algorithm>::accept<options...>(),
                "DepthwiseConv2D: the options are Stride{...}, Dilation{...}, Padding::..., "
                "Multiplier{...}, Initializer::... and Algorithm::..., each at most once");
  static_assert(multiplier > 0, "DepthwiseConv2D: the multiplier must be positive");

  static constexpr DepthwiseConv2DSettings settings(const SlidingSettings& sliding) {
    return {multiplier, sliding};
  }
  static std::string describe() {
    return multiplier == 1 ? "" : std::to_string(multiplier) + " a channel, ";
  }
  static std::string describe_groups() { return ""; }
};

}  // namespace detail

/// Convolution of each channel by itself, with a bias: [h,w,c] to [oh,ow,c * multiplier]; filters
/// m, m + 1, ... of channel c are the outputs c * multiplier + m (Chollet, *Xception: Deep Learning
/// with Depthwise Separable Convolutions*, CVPR 2017). With a `Conv2D<filters, 1>` behind it this
/// is a depthwise separable convolution. Options, in any order: `Multiplier{2}` (1 by default), and
/// `Stride`, `Dilation`, `Padding`, `Initializer` and `Algorithm` as in Conv2D. Parameters: kernel
/// [kh,kw,1,c * multiplier], bias [c * multiplier].
template <Window kernel, auto... options>
struct DepthwiseConv2D
    : detail::Convolution<kernels::Activation::none, detail::NoPool,
                          detail::FiltersPerChannel<options...>, kernel, options...> {};

}  // namespace tweed
