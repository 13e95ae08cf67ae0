#pragma once

#include <tweed/layers/convolution.hpp>

namespace tweed {

/// Cuts the channels and filters of a convolution into so many equal parts; a filter sees the
/// channels of its own part.
struct Groups {
  Index count;
};

namespace detail {

/// A fixed number of filters, in groups.
template <Index filters, auto... options>
struct FixedFilters {
  static constexpr std::string_view layer_name = "conv2d";
  static constexpr Index group_count = option_or<Groups, options...>({1}).count;

  static_assert(
      OptionTypes<Stride, Dilation, Padding, Groups, Initializer, Algorithm>::accept<options...>(),
      "Conv2D: the options are Stride{...}, Dilation{...}, Padding::..., Groups{...}, "
      "Initializer::... and Algorithm::..., each at most once");
  static_assert(filters > 0, "Conv2D: there must be at least one filter");
  static_assert(group_count > 0 && filters % group_count == 0,
                "Conv2D: the filters must divide into the groups");

  static constexpr Conv2DSettings settings(const SlidingSettings& sliding) {
    return {filters, group_count, sliding};
  }
  static std::string describe() { return std::to_string(filters) + ", "; }
  static std::string describe_groups() {
    return group_count > 1 ? " in " + std::to_string(group_count) + " groups" : "";
  }
};

}  // namespace detail

/// Two-dimensional convolution (cross-correlation, as everywhere in the field) with a bias:
/// [h,w,c] to [oh,ow,filters]. `kernel` is a number or a `Window{height, width}`. Options, in any
/// order: `Stride{2}` and `Dilation{2}` (1 by default), `Padding::same` (the default),
/// `Padding::valid` or zeros as in `Padding{1}`, `Padding{rows, columns}` and `Padding{top, bottom,
/// left, right}`, `Groups{2}` (1 by default), an `Initializer` for the kernel (Glorot-uniform by
/// default; the bias starts at zero), and an `Algorithm` for experiments (the fastest by default).
/// Parameters: kernel [kh,kw,c/groups,filters], bias [filters].
template <Index filters, Window kernel, auto... options>
struct Conv2D : detail::Convolution<kernels::Activation::none, detail::NoPool,
                                    detail::FixedFilters<filters, options...>, kernel, options...> {
};

}  // namespace tweed
