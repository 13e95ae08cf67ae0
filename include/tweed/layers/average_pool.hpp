#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/ceil_mode.hpp>
#include <tweed/layers/onnx_window.hpp>
#include <tweed/layers/options.hpp>
#include <tweed/layers/pooling.hpp>

#include <string>
#include <utility>

namespace TWEED_NAMESPACE {

/// The mean of each window, a channel at a time: [h,w,c] to [oh,ow,c]. It is that of the inputs
/// that the window sees, or with `counts_padding` of the zeros around the image, too; never of what
/// lies beyond those.
struct AveragePoolLayer {
  Window window{0};
  Stride stride{1};
  Padding padding = Padding::valid;
  bool counts_padding = false;
  bool ceil_mode = false;  ///< sizes are rounded up: see `CeilMode`

  using Why = detail::PoolTrouble;

  static constexpr std::string_view name = "average_pool";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("window", layer.window);
    take("stride", layer.stride);
    take("padding", layer.padding);
    take("counts_padding", layer.counts_padding);
    take("ceil_mode", layer.ceil_mode, false);
  }

  constexpr Pool pool() const { return {window, stride, padding, ceil_mode}; }
  constexpr bool has_valid_padding() const { return detail::has_valid_padding(pool()); }
  constexpr bool has_use_for_ceil_mode() const { return detail::has_use_for_ceil_mode(pool()); }

  constexpr kernels::PoolGeometry geometry(const Shape& input) const {
    return kernels::pool_geometry(pool(), input);
  }

  constexpr Fit<Why> fit(const Shape& input) const { return detail::fit_pool(pool(), input); }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::average_pool<T>(geometry(pass.x.shape), pass.x.count, counts_padding,
                                     pass.x.data, pass.y.data, pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::average_pool_gradient<T>(geometry(pass.dx.shape), pass.dx.count,
                                              counts_padding, pass.dy.data, pass.dx.data,
                                              pass.threads);
  }

  OnnxOperator onnx(const Shape& input) const {
    const auto g = geometry(input);
    auto attributes = detail::onnx_window(g.rows, g.columns);
    if (counts_padding && g.has_overhang()) return onnx_on_padded(input);
    attributes.push_back(OnnxAttribute::of("count_include_pad", Index{counts_padding ? 1 : 0}));
    return {"AveragePool", OnnxOperator::Layout::image, std::move(attributes)};
  }

  std::string describe() const {
    return detail::describe_pool(pool(), counts_padding ? " counting padding" : "");
  }

 private:
  /// Behind zeros that are numbers like others, so that only what lies beyond them is not counted.
  OnnxOperator onnx_on_padded(const Shape& input) const {
    const auto& [rows, columns] = padding;
    const Shape padded{rows.before + input.height + rows.after,
                       columns.before + input.width + columns.after, input.channels};
    const auto g = kernels::pool_geometry({window, stride, Padding::valid, ceil_mode}, padded);
    return {
        .type = "Pad",
        .layout = OnnxOperator::Layout::image,
        .integers = {{0, 0, rows.before, columns.before, 0, 0, rows.after, columns.after}},
        .then = {{.type = "AveragePool", .attributes = detail::onnx_window(g.rows, g.columns)}}};
  }
};

/// The zeros around an image are part of the mean: `AveragePool<3, Padding::same, CountPadding{}>`.
struct CountPadding {};

/// An average pool in a network that is a type. Options, in any order: `Stride{2}` (by default the
/// window's size), `Padding::valid` (the default), `Padding::same` or zeros as in `Padding{1}`, at
/// most half of the window, `CountPadding{}` and `CeilMode{}`.
template <Window window, auto... options>
struct AveragePool {
  static_assert(window.height > 0 && window.width > 0, "AveragePool: the window must be positive");
  static_assert(detail::OptionTypes<Stride, Padding, CountPadding, CeilMode>::accept<options...>(),
                "AveragePool: the options are Stride{...}, Padding::..., CountPadding{} and "
                "CeilMode{}, each at most once");

  static constexpr AveragePoolLayer value{
      .window = window,
      .stride = detail::option_or<Stride, options...>({window.height, window.width}),
      .padding = detail::option_or<Padding, options...>(Padding::valid),
      .counts_padding = detail::has_option<CountPadding, options...>,
      .ceil_mode = detail::has_option<CeilMode, options...>};

  static_assert(value.stride.height > 0 && value.stride.width > 0,
                "AveragePool: the stride must be positive");
  static_assert(value.has_use_for_ceil_mode(),
                "AveragePool: Padding::same rounds up already, leave CeilMode{} out");
  static_assert(value.has_valid_padding(),
                "AveragePool: the padding must be at least 0 and at most half of the window");
  static_assert(!value.counts_padding || value.padding != Padding::valid,
                "AveragePool: there is no padding for CountPadding{} to count");
};

}  // namespace TWEED_NAMESPACE
