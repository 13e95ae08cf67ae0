#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/ceil_mode.hpp>
#include <tweed/layers/onnx_window.hpp>
#include <tweed/layers/options.hpp>
#include <tweed/layers/pooling.hpp>

#include <limits>
#include <string>

namespace TWEED_NAMESPACE {

/// The largest value of each window, a channel at a time: [h,w,c] to [oh,ow,c]. Padding never wins.
/// The gradient goes to the first of equal values.
struct MaxPoolLayer {
  Window window{0};
  Stride stride{1};
  Padding padding = Padding::valid;
  bool ceil_mode = false;  ///< sizes are rounded up: see `CeilMode`

  using Why = detail::PoolTrouble;

  static constexpr std::string_view name = "max_pool";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("window", layer.window);
    take("stride", layer.stride);
    take("padding", layer.padding);
    take("ceil_mode", layer.ceil_mode, false);
  }

  constexpr Pool pool() const { return {window, stride, padding, ceil_mode}; }
  constexpr bool has_valid_padding() const { return detail::has_valid_padding(pool()); }
  constexpr bool has_use_for_ceil_mode() const { return detail::has_use_for_ceil_mode(pool()); }

  constexpr kernels::PoolGeometry geometry(const Shape& input) const {
    return kernels::pool_geometry(pool(), input);
  }

  /// Taps that fit into a byte can be kept by the layer before.
  constexpr Epilogue as_epilogue() const {
    constexpr Index most = kernels::no_tap<kernels::conv::FusedPool::Tap>;
    if (window.height * window.width >= most) return {};
    return {.pool = pool()};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    constexpr Index most = std::numeric_limits<kernels::PoolTap>::max();
    if (window.width > 0 && window.height > most / window.width) {
      return {input, Why::its_window_must_have_fewer_than_65536_elements};
    }
    return detail::fit_pool(pool(), input);
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index batch, int) const {
    return {.kept = aligned_bytes(batch * geometry(input).output_size() *
                                  Index{sizeof(kernels::PoolTap)})};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::max_pool<T>(geometry(pass.x.shape), pass.x.count, pass.x.data, pass.y.data,
                                 nullptr, pass.threads);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    auto* const taps = elements_of<kernels::PoolTap>(pass.kept, pass.y.size());
    kernels::chosen::max_pool<T>(geometry(pass.x.shape), pass.x.count, pass.x.data, pass.y.data,
                                 taps, pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    const auto* const taps = elements_of<kernels::PoolTap>(pass.kept, pass.dy.size());
    kernels::chosen::max_pool_gradient<T>(geometry(pass.dx.shape), pass.dx.count, pass.dy.data,
                                          taps, pass.dx.data, pass.threads);
  }

  OnnxOperator onnx(const Shape& input) const {
    const auto g = geometry(input);
    return {"MaxPool", OnnxOperator::Layout::image, detail::onnx_window(g.rows, g.columns)};
  }

  std::string describe() const { return detail::describe_pool(pool()); }
};

/// A max-pool in a network that is a type. Options, in any order: `Stride{2}` (by default the
/// window's size), `Padding::valid` (the default), `Padding::same` or zeros as in `Padding{1}`, at
/// most half of the window, and `CeilMode{}`.
template <Window window, auto... options>
struct MaxPool {
  static_assert(window.height > 0 && window.width > 0, "MaxPool: the window must be positive");
  static_assert(window.height * window.width <= std::numeric_limits<kernels::PoolTap>::max(),
                "MaxPool: the window must have fewer than 65536 elements");
  static_assert(detail::OptionTypes<Stride, Padding, CeilMode>::accept<options...>(),
                "MaxPool: the options are Stride{...}, Padding::... and CeilMode{}, each at most "
                "once");

  static constexpr MaxPoolLayer value{
      .window = window,
      .stride = detail::option_or<Stride, options...>({window.height, window.width}),
      .padding = detail::option_or<Padding, options...>(Padding::valid),
      .ceil_mode = detail::has_option<CeilMode, options...>};

  static_assert(value.stride.height > 0 && value.stride.width > 0,
                "MaxPool: the stride must be positive");
  static_assert(value.has_use_for_ceil_mode(),
                "MaxPool: Padding::same rounds up already, leave CeilMode{} out");
  static_assert(value.has_valid_padding(),
                "MaxPool: the padding must be at least 0 and at most half of the window");
};

}  // namespace TWEED_NAMESPACE
