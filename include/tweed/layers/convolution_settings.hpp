#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/conv/algorithm.hpp>

#include <array>

namespace tweed {

/// How the kernel of a convolution slides over an image.
struct SlidingSettings {
  Window kernel{0};
  Stride stride{1};
  Dilation dilation{1};
  Padding padding = Padding::same;
  Algorithm algorithm = Algorithm::automatic;

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    take("kernel", settings.kernel);
    take("stride", settings.stride);
    take("dilation", settings.dilation);
    take("padding", settings.padding);
    take("algorithm", settings.algorithm);
  }

  constexpr kernels::conv::Geometry geometry(const Shape& input, Index filters,
                                             Index groups) const {
    return {slide(input.height, kernel.height, stride.height, padding, dilation.height),
            slide(input.width, kernel.width, stride.width, padding, dilation.width), input.channels,
            filters, groups};
  }
};

/// What a `Conv2D` is, but for the images it gets.
struct Conv2DSettings {
  Index filters = 0;
  Index groups = 1;
  SlidingSettings sliding = {};

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    take("filters", settings.filters);
    SlidingSettings::visit(settings.sliding, take);
    take("groups", settings.groups);
  }

  constexpr bool is_grouped() const { return groups > 1; }
  constexpr Index groups_of(Index) const { return groups; }
  constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    return sliding.geometry(input, filters, groups);
  }
};

/// What a `DepthwiseConv2D` is, but for the images it gets.
struct DepthwiseConv2DSettings {
  Index multiplier = 1;
  SlidingSettings sliding = {};

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    SlidingSettings::visit(settings.sliding, take);
    take("multiplier", settings.multiplier);
  }

  constexpr bool is_grouped() const { return true; }
  constexpr Index groups_of(Index channels) const { return channels; }
  constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    return sliding.geometry(input, input.channels * multiplier, input.channels);
  }
};

namespace detail {

/// Kernel [kh,kw,c/groups,filters] and bias [filters] of a convolution.
constexpr std::array<Parameter, 2> convolution_parameters(const kernels::conv::Geometry& g,
                                                          Initializer initializer) {
  return {{{"kernel",
            {g.rows.window, g.columns.window, g.group_channels(), g.filters},
            4,
            initializer,
            g.taps() * g.group_channels(),
            g.taps() * g.filters},
           {"bias", {g.filters, 1, 1, 1}, 1, Initializer::zeros}}};
}

/// The algorithm to ask `select` for. A depthwise convolution over one channel has a geometry of
/// another family, whose algorithms are not compiled for it.
template <class Settings>
constexpr Algorithm asked_algorithm(const Settings& settings, const kernels::conv::Geometry& g) {
  return settings.is_grouped() && g.groups == 1 ? Algorithm::grouped : settings.sliding.algorithm;
}

}  // namespace detail

}  // namespace tweed
