#pragma once

#include <tweed/layers/convolution.hpp>

namespace TWEED_NAMESPACE {

/// How many filters a depthwise convolution has for each channel.
struct Multiplier {
  Index count;
};

/// Convolution of each channel by itself: [h,w,c] to [oh,ow,c * multiplier]; filters m, m + 1, ...
/// of channel c are the outputs c * multiplier + m (Chollet, *Xception: Deep Learning with
/// Depthwise Separable Convolutions*, CVPR 2017). With a `Conv2D<filters, 1>` behind it this is a
/// depthwise separable convolution. Parameters: kernel [kh,kw,1,c * multiplier], bias [c *
/// multiplier].
struct DepthwiseConv2DLayer {
  Window kernel{0};
  Stride stride{1};
  Dilation dilation{1};
  Padding padding = Padding::same;
  Algorithm algorithm = Algorithm::automatic;
  Index multiplier = 1;
  bool has_bias = true;
  Initializer initializer = Initializer::glorot_uniform;

  using Passes = detail::ConvolutionPasses<kernels::conv::Family::grouped>;
  using Why = detail::ConvolutionTrouble;

  static constexpr std::string_view name = "depthwise_conv2d";
  static constexpr Reads backward_reads{
      .input = true, .output = false, .input_is_for_parameters = true};
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::normalize | folds::activation | folds::pool;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("kernel", layer.kernel);
    take("stride", layer.stride);
    take("dilation", layer.dilation);
    take("padding", layer.padding);
    take("algorithm", layer.algorithm);
    take("multiplier", layer.multiplier);
    take("bias", layer.has_bias, true);
  }

  constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    return {sliding().rows(input.height),
            sliding().columns(input.width),
            input.channels,
            input.channels * multiplier,
            input.channels,
            true};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (const Why why = sliding().trouble({multiplier}); why != Why::fits) return {input, why};
    if (!detail::can_run_as_asked(algorithm, geometry({1, 1, 1}))) {
      return {input, Why::its_algorithm_cannot_do_this_kernel_stride_dilation_or_these_groups};
    }
    return detail::fit_convolution(geometry(input));
  }

  constexpr TensorList tensors(const Shape& input) const {
    return detail::convolution_tensors(geometry(input), initializer, has_bias);
  }

  template <class T>
  constexpr LayerMemory memory(const MemoryQuery& query) const {
    return Passes::template memory<T>(geometry(query.input()), algorithm, query);
  }
  template <class T>
  constexpr LayerMemory prepared_memory(const MemoryQuery& query) const {
    return Passes::template prepared_memory<T>(geometry(query.input()), algorithm, query);
  }
  template <class T>
  void prepare(const PreparePass<T>& pass) const {
    Passes::prepare(geometry(pass.input), algorithm, pass);
  }
  template <class T>
  void infer(const InferPass<T>& pass) const {
    Passes::template forward<T>(geometry(pass.x.shape), algorithm, pass, {});
  }
  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    Passes::template forward<T>(geometry(pass.x.shape), algorithm, pass, pass.kept);
  }
  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    Passes::backward(geometry(pass.x.shape), algorithm, pass);
  }

  constexpr Index multiply_adds(const Shape& input) const {
    return geometry(input).multiplications();
  }
  std::string_view runs_as(const Shape& input, Index batch) const {
    return Passes::runs_as(geometry(input), algorithm, batch);
  }
  OnnxOperator onnx(const Shape& input) const { return Passes::onnx(geometry(input)); }
  std::string describe() const {
    return (multiplier == 1 ? "" : std::to_string(multiplier) + " a channel, ") +
           sliding().describe() + (has_bias ? "" : " without bias");
  }

 private:
  constexpr detail::Sliding sliding() const { return {kernel, stride, dilation, padding}; }
};

/// A depthwise convolution in a network that is a type. Options, in any order: `Multiplier{2}` (1
/// by default), and `Stride`, `Dilation`, `Padding`, `NoBias`, `Initializer` and `Algorithm` as in
/// Conv2D.
template <Window kernel, auto... options>
struct DepthwiseConv2D {
  static_assert(
      detail::OptionTypes<Stride, Dilation, Padding, Multiplier, NoBias, Initializer,
                          Algorithm>::accept<options...>(),
      "DepthwiseConv2D: the options are Stride{...}, Dilation{...}, Padding::..., "
      "Multiplier{...}, NoBias{}, Initializer::... and Algorithm::..., each at most once");

 private:
  using Slides = detail::SlidingOf<kernel, options...>;

 public:
  static constexpr DepthwiseConv2DLayer value{
      .kernel = kernel,
      .stride = Slides::value.stride,
      .dilation = Slides::value.dilation,
      .padding = Slides::value.padding,
      .algorithm = detail::option_or<Algorithm, options...>(Algorithm::automatic),
      .multiplier = detail::option_or<Multiplier, options...>({1}).count,
      .has_bias = !detail::has_option<NoBias, options...>,
      .initializer = detail::option_or<Initializer, options...>(Initializer::glorot_uniform)};

  static_assert(value.multiplier > 0, "DepthwiseConv2D: the multiplier must be positive");
  static_assert(
      detail::can_run_as_asked(value.algorithm, value.geometry({1, 1, 1})),
      "DepthwiseConv2D: the Algorithm cannot do this kernel, stride or dilation; leave it "
      "out to get the fastest that can");
};

}  // namespace TWEED_NAMESPACE
