#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/options.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// y = x where x > 0, else slope * x, any shape, with slopes that are learnt (He, Zhang, Ren and
/// Sun, *Delving Deep into Rectifiers*, ICCV 2015). Parameters: slope [c], or [1].
struct PReLULayer {
  bool shares_slope = false;  ///< one slope for all channels
  Initializer initializer = Initializer::quarters;

  static constexpr std::string_view name = "prelu";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("shares_slope", layer.shares_slope);
  }

  constexpr Fit<AlwaysFits> fit(const Shape& input) const { return {input}; }

  constexpr TensorList tensors(const Shape& input) const {
    TensorList list;
    const Index slopes = shares_slope ? 1 : input.channels;
    list.add({.name = "slope", .dims = {slopes, 1, 1, 1}, .initializer = initializer});
    return list;
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index, int threads) const {
    return {.scratch = kernels::prelu_scratch_bytes<T>(input.channels, threads)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::prelu<T>({.pixels = pixels(pass.x),
                               .channels = pass.x.shape.channels,
                               .x = pass.x.data,
                               .slopes = pass.parameters[0].data(),
                               .shares_slope = shares_slope,
                               .y = pass.y.data,
                               .scratch = pass.scratch,
                               .threads = pass.threads});
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::prelu_gradient<T>({.pixels = pixels(pass.x),
                                        .channels = pass.x.shape.channels,
                                        .x = pass.x.data,
                                        .slopes = pass.parameters[0].data(),
                                        .shares_slope = shares_slope,
                                        .dy = pass.dy.data,
                                        .dx = pass.dx.data,
                                        .slope_gradient = pass.gradient(0),
                                        .scratch = pass.scratch,
                                        .threads = pass.threads});
  }

  /// The slopes have to meet the channels of an image, which come second.
  static OnnxOperator onnx(const Shape&) {
    return {.type = "PRelu", .layout = OnnxOperator::Layout::image, .has_channel_tensors = true};
  }

  std::string describe() const { return shares_slope ? "one slope" : ""; }

 private:
  template <class T>
  static constexpr Index pixels(const Batch<const T>& x) {
    return x.count * x.shape.height * x.shape.width;
  }
};

/// That all channels have one slope: `PReLU<SharedSlope{}>`.
struct SharedSlope {};

/// PReLU in a network that is a type. Options, in any order: `SharedSlope{}`, by default each
/// channel has its own, and an `Initializer`, by default 0.25.
template <auto... options>
struct PReLU {
  static_assert(detail::OptionTypes<SharedSlope, Initializer>::accept<options...>(),
                "PReLU: the options are SharedSlope{} and Initializer::..., each at most once");

  static constexpr PReLULayer value{
      .shares_slope = detail::has_option<SharedSlope, options...>,
      .initializer = detail::option_or<Initializer, options...>(Initializer::quarters)};
};

}  // namespace TWEED_NAMESPACE
