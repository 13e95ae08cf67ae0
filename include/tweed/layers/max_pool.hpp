#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/options.hpp>

#include <limits>
#include <string>

namespace tweed {

/// What a `MaxPool` is, but for the images it gets.
struct MaxPoolSettings {
  Window window{0};
  Stride stride{1};
  Padding padding = Padding::valid;

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    take("window", settings.window);
    take("stride", settings.stride);
    take("padding", settings.padding);
  }

  constexpr kernels::PoolGeometry geometry(const Shape& input) const {
    return {slide(input.height, window.height, stride.height, padding.rows),
            slide(input.width, window.width, stride.width, padding.columns), input.channels};
  }

  /// Whether every window has inputs, of which one can win.
  constexpr bool has_valid_padding() const {
    return padding.is_at_most(window.height / 2, window.width / 2);
  }
};

/// The largest value of each window, a channel at a time: [h,w,c] to [oh,ow,c]. Options, in any
/// order: `Stride{2}` (by default the window's size), `Padding::valid` (the default),
/// `Padding::same` or zeros as in `Padding{1}`, at most half of the window; padding never wins. The
/// gradient goes to the first of equal values.
template <Window window, auto... options>
struct MaxPool {
  static_assert(window.height > 0 && window.width > 0, "MaxPool: the window must be positive");
  static_assert(window.height * window.width <= std::numeric_limits<kernels::PoolTap>::max(),
                "MaxPool: the window must have fewer than 65536 elements");
  static_assert(detail::OptionTypes<Stride, Padding>::accept<options...>(),
                "MaxPool: the options are Stride{...} and Padding::..., each at most once");

  static constexpr Stride stride =
      detail::option_or<Stride, options...>({window.height, window.width});
  static constexpr Padding padding = detail::option_or<Padding, options...>(Padding::valid);
  static_assert(stride.height > 0 && stride.width > 0, "MaxPool: the stride must be positive");

  static constexpr std::string_view name = "max_pool";
  static constexpr MaxPoolSettings settings{window, stride, padding};
  static_assert(settings.has_valid_padding(),
                "MaxPool: the padding must be at least 0 and at most half of the window");
  static constexpr Reads backward_reads{.input = false, .output = false};

  enum class Why { fits, window_is_larger_than_the_input_shrink_it_or_use_Padding_same };

  static constexpr Fit<Why> fit(const Shape& input) {
    const auto g = geometry(input);
    if (g.output_size() == 0) {
      return {input, Why::window_is_larger_than_the_input_shrink_it_or_use_Padding_same};
    }
    return {{g.rows.output, g.columns.output, g.channels}};
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index batch, int) {
    return {.kept = aligned_bytes(batch * geometry(input).output_size() *
                                  Index{sizeof(kernels::PoolTap)})};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::max_pool(geometry(pass.x.shape), pass.x.count, pass.x.data, pass.y.data, nullptr,
                      pass.threads);
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    auto* const taps = elements_of<kernels::PoolTap>(pass.kept, pass.y.size());
    kernels::max_pool(geometry(pass.x.shape), pass.x.count, pass.x.data, pass.y.data, taps,
                      pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const auto* const taps = elements_of<kernels::PoolTap>(pass.kept, pass.dy.size());
    kernels::max_pool_gradient<T>(geometry(pass.dx.shape), pass.dx.count, pass.dy.data, taps,
                                  pass.dx.data, pass.threads);
  }

  static std::string describe() {
    return to_string(window) + (padding == Padding::valid ? "" : " " + to_string(padding)) +
           (stride.height == window.height && stride.width == window.width
                ? ""
                : " stride " + to_string(stride));
  }

  /// What the kernels want to know.
  static constexpr kernels::PoolGeometry geometry(const Shape& input) {
    return settings.geometry(input);
  }
};

}  // namespace tweed
