#pragma once

#include <tweed/layers/convolution.hpp>

namespace TWEED_NAMESPACE {

/// Two-dimensional convolution (cross-correlation, as everywhere in the field): [h,w,c] to
/// [oh,ow,filters]. Parameters: kernel [kh,kw,c/groups,filters], bias [filters]. `family` says
/// which kernels are compiled for it.
template <kernels::conv::Family family>
struct Conv2DLayerOf {
  Index filters = 0;
  Window kernel{0};
  Stride stride{1};
  Dilation dilation{1};
  Padding padding = Padding::same;
  Algorithm algorithm = Algorithm::automatic;
  Index groups = 1;
  bool has_bias = true;
  Initializer initializer = Initializer::glorot_uniform;

  using Passes = detail::ConvolutionPasses<family>;
  using Why = detail::ConvolutionTrouble;

  static constexpr std::string_view name = "conv2d";
  static constexpr Reads backward_reads{
      .input = true, .output = false, .input_is_for_parameters = true};
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::normalize | folds::activation | folds::pool;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("filters", layer.filters);
    take("kernel", layer.kernel);
    take("stride", layer.stride);
    take("dilation", layer.dilation);
    take("padding", layer.padding);
    take("algorithm", layer.algorithm);
    take("groups", layer.groups);
    take("bias", layer.has_bias, true);
  }

  /// This layer with the kernels of another family.
  template <kernels::conv::Family other>
  constexpr Conv2DLayerOf<other> for_family() const {
    return {filters, kernel, stride, dilation, padding, algorithm, groups, has_bias, initializer};
  }

  [[gnu::cold]] constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    return {sliding().rows(input.height), sliding().columns(input.width), input.channels, filters,
            groups};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (const Why why = sliding().trouble({filters, groups}); why != Why::fits) return {input, why};
    if (!detail::can_run_as_asked(algorithm, geometry({1, 1, groups}))) {
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
    return std::to_string(filters) + ", " + sliding().describe() +
           (groups > 1 ? " in " + std::to_string(groups) + " groups" : "") +
           (has_bias ? "" : " without bias");
  }

 private:
  constexpr detail::Sliding sliding() const { return {kernel, stride, dilation, padding}; }
};

/// A convolution whose settings are known at run time only: it has the kernels for all of them.
using Conv2DLayer = Conv2DLayerOf<kernels::conv::Family::any>;

/// A convolution in a network that is a type. `kernel` is a number or a `Window{height, width}`.
/// Options, in any order: `Stride{2}` and `Dilation{2}` (1 by default), `Padding::same` (the
/// default), `Padding::valid` or zeros as in `Padding{1}`, `Padding{rows, columns}` and
/// `Padding{top, bottom, left, right}`, `Groups{2}` (1 by default), `NoBias{}`, an `Initializer`
/// for the kernel (Glorot-uniform by default; the bias starts at zero), and an `Algorithm` for
/// experiments (the fastest by default).
template <Index filters, Window kernel, auto... options>
struct Conv2D {
  static_assert(detail::OptionTypes<Stride, Dilation, Padding, Groups, NoBias, Initializer,
                                    Algorithm>::accept<options...>(),
                "Conv2D: the options are Stride{...}, Dilation{...}, Padding::..., Groups{...}, "
                "NoBias{}, Initializer::... and Algorithm::..., each at most once");

 private:
  using Slides = detail::SlidingOf<kernel, options...>;
  static constexpr Conv2DLayer settings_{
      .filters = filters,
      .kernel = kernel,
      .stride = Slides::value.stride,
      .dilation = Slides::value.dilation,
      .padding = Slides::value.padding,
      .algorithm = detail::option_or<Algorithm, options...>(Algorithm::automatic),
      .groups = detail::GroupsOf<filters, options...>::value,
      .has_bias = !detail::has_option<NoBias, options...>,
      .initializer = detail::option_or<Initializer, options...>(Initializer::glorot_uniform)};

 public:
  static constexpr auto value =
      settings_.template for_family<kernels::conv::family_of(settings_.geometry({1, 1, 1}))>();

  static_assert(detail::can_run_as_asked(value.algorithm, value.geometry({1, 1, 1})),
                "Conv2D: the Algorithm cannot do this kernel, stride, dilation or these "
                "groups; leave it out to get the fastest that can");
};

}  // namespace TWEED_NAMESPACE
