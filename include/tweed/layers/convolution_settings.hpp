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
    return {slide(input.height, kernel.height, stride.height, padding.rows, dilation.height),
            slide(input.width, kernel.width, stride.width, padding.columns, dilation.width),
            input.channels, filters, groups};
  }

  /// Whether every window lies over some of the image.
  constexpr bool has_valid_padding() const {
    return padding.is_at_most(span_of(kernel.height, dilation.height) - 1,
                              span_of(kernel.width, dilation.width) - 1);
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

  constexpr Index groups_of(Index channels) const { return channels; }
  constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    auto g = sliding.geometry(input, input.channels * multiplier, input.channels);
    g.is_depthwise = true;
    return g;
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

/// Whether a convolution can be computed as its layer asks; input sizes play no part in it.
template <class Settings>
constexpr bool can_run_as_asked(const Settings& settings) {
  const Algorithm asked = settings.sliding.algorithm;
  return asked == Algorithm::automatic ||
         kernels::conv::can_run(asked, settings.geometry({1, 1, 1}));
}

}  // namespace detail

}  // namespace tweed
