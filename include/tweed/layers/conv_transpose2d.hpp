#pragma once

#include <tweed/layers/convolution.hpp>

namespace TWEED_NAMESPACE {

/// Rows and columns that a transposed convolution appends at the bottom and right, fewer than its
/// stride: with a stride, images of several sizes are convolved to one size, and this says which of
/// them comes out.
struct OutputPadding {
  Index height;
  Index width;
  constexpr OutputPadding(Index both) : height(both), width(both) {}
  constexpr OutputPadding(Index height_, Index width_) : height(height_), width(width_) {}
};

/// Transposed convolution, which spreads each pixel over the places under a kernel and makes images
/// larger: [h,w,c] to [oh,ow,filters] (Zeiler, Krishnan, Taylor and Fergus, *Deconvolutional
/// Networks*, CVPR 2010). It is the input gradient of the convolution with these settings. Padding
/// is taken away from the output: oh = (h - 1) * stride + span of the kernel - padding + output
/// padding, or h * stride for `Padding::same`. Parameters: kernel [kh,kw,filters/groups,c], bias
/// [filters].
struct ConvTranspose2DLayer {
  Index filters = 0;
  Window kernel{0};
  Stride stride{1};
  Dilation dilation{1};
  Padding padding = Padding::same;
  OutputPadding output_padding{0};
  Index groups = 1;
  bool has_bias = true;
  Initializer initializer = Initializer::glorot_uniform;

  using Why = detail::ConvolutionTrouble;

  static constexpr std::string_view name = "conv_transpose2d";
  static constexpr Reads backward_reads{
      .input = true, .output = false, .input_is_for_parameters = true};
  static constexpr unsigned char takes = folds::normalize | folds::activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("filters", layer.filters);
    take("kernel", layer.kernel);
    take("stride", layer.stride);
    take("dilation", layer.dilation);
    take("padding", layer.padding);
    take("output_padding", layer.output_padding);
    take("groups", layer.groups);
    take("bias", layer.has_bias);
  }

  /// The convolution whose input gradient this is: its channels come out, its filters go in.
  constexpr kernels::conv::Geometry geometry(const Shape& input) const {
    return {spread(input.height, kernel.height, stride.height, dilation.height, padding.rows,
                   output_padding.height),
            spread(input.width, kernel.width, stride.width, dilation.width, padding.columns,
                   output_padding.width),
            filters, input.channels, groups};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (const Why why = sliding().trouble({filters, groups}); why != Why::fits) return {input, why};
    if (!has_valid_output_padding()) {
      return {input, Why::its_output_padding_must_not_be_negative_and_be_smaller_than_the_stride};
    }
    if (padding == Padding::same && has_output_padding()) {
      return {input, Why::its_output_padding_wants_a_padding_in_numbers_instead_of_Padding_same};
    }
    return fit_sizes(geometry(input));
  }

  constexpr TensorList tensors(const Shape& input) const {
    TensorList tensors = detail::convolution_tensors(geometry(input), initializer, false);
    if (has_bias) tensors.add({"bias", {filters, 1, 1, 1}});
    return tensors;
  }

  template <class T>
  constexpr LayerMemory memory(const MemoryQuery& query) const {
    return {.scratch = kernels::conv::chosen::transposed_scratch_bytes<T>(
                geometry(query.input()), query.batch, query.threads)};
  }

  /// What `prepare` writes: a kernel and a bias into which a normalisation was multiplied.
  template <class T>
  constexpr LayerMemory prepared_memory(const MemoryQuery& query) const {
    LayerMemory prepared = memory<T>(query);
    if (query.epilogue.normalize) {
      prepared.kept =
          Scratch::bytes<T>(geometry(query.input()).kernel_size()) + Scratch::bytes<T>(filters);
    }
    return prepared;
  }

  template <class T>
  void prepare(const PreparePass<T>& pass) const {
    if (!pass.epilogue.normalize) return;
    const auto g = geometry(pass.input);
    Scratch to(pass.to);
    T* const scaled = to.take<T>(g.kernel_size());
    kernels::conv::chosen::scale_transposed_filters<T>(
        g, pass.parameters[0].data(), detail::bias_of(pass.parameters), pass.factor.data(),
        pass.offset.data(), scaled, to.take<T>(filters));
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    const auto g = geometry(pass.x.shape);
    auto run = detail::forward_of<kernels::conv::TransposedForward>(pass);
    if (pass.epilogue.normalize) {
      const auto bytes = static_cast<std::size_t>(Scratch::bytes<T>(g.kernel_size()));
      run.kernel = elements_of<T>(pass.prepared.bytes, g.kernel_size());
      run.bias = elements_of<T>(pass.prepared.bytes.subspan(bytes), filters);
    }
    kernels::conv::chosen::transposed_forward<T>(g, run);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::conv::chosen::transposed_backward<T>(
        geometry(pass.x.shape), detail::backward_of<kernels::conv::TransposedBackward>(pass));
  }

  constexpr Index multiply_adds(const Shape& input) const {
    return geometry(input).multiplications();
  }

  OnnxOperator onnx(const Shape& input) const {
    const auto g = geometry(input);
    const auto appended = [](const SlidingAxis& axis) {
      const Index reached = (axis.output - 1) * axis.stride + axis.span() - axis.before;
      return std::max<Index>(0, axis.input - reached);
    };
    const auto add = [&](auto& to, const char* what, Index rows, Index columns) {
      to.push_back(OnnxAttribute::of(what, std::vector<Index>{rows, columns}));
    };
    auto attributes = detail::onnx_window(g.rows, g.columns);
    add(attributes, "dilations", dilation.height, dilation.width);
    add(attributes, "output_padding", appended(g.rows), appended(g.columns));
    attributes.push_back(OnnxAttribute::of("group", groups));
    return {"ConvTranspose", OnnxOperator::Layout::image, std::move(attributes)};
  }

  std::string describe() const {
    std::string text = std::to_string(filters) + ", " + sliding().describe();
    if (has_output_padding()) {
      text += " output padding " + to_string(Window{output_padding.height, output_padding.width});
    }
    if (groups > 1) text += " in " + std::to_string(groups) + " groups";
    return text + (has_bias ? "" : " without bias");
  }

  constexpr bool has_valid_output_padding() const {
    const auto& [rows, columns] = output_padding;
    return rows >= 0 && rows < stride.height && columns >= 0 && columns < stride.width;
  }
  constexpr bool has_output_padding() const {
    return output_padding.height != 0 || output_padding.width != 0;
  }

 private:
  constexpr detail::Sliding sliding() const { return {kernel, stride, dilation, padding}; }

  /// The axis of a convolution that has `input` outputs.
  static constexpr SlidingAxis spread(Index input, Index window, Index stride, Index dilation,
                                      const AxisPadding& padding, Index appended) {
    if (padding.is_same) return slide(input * stride, window, stride, padding, dilation);
    const Index whole = (input - 1) * stride + span_of(window, dilation) + appended;
    return {std::max<Index>(0, whole - padding.before - padding.after),
            window,
            stride,
            padding.before,
            input,
            dilation};
  }

  static constexpr Fit<Why> fit_sizes(const kernels::conv::Geometry& g) {
    const Shape output{g.rows.input, g.columns.input, g.channels};
    if (g.filters % g.groups != 0) return {output, Why::channels_do_not_divide_into_the_groups};
    if (g.channels % g.groups != 0) return {output, Why::filters_do_not_divide_into_the_groups};
    if (g.rows.input * g.columns.input == 0) {
      return {output, Why::its_padding_leaves_nothing_of_the_output_use_less};
    }
    const Why why = detail::fit_convolution(g).why;
    return {output, why == Why::it_is_too_large ? why : Why::fits};
  }
};

/// A transposed convolution in a network that is a type. `kernel` is a number or a `Window{height,
/// width}`. Options, in any order: `Stride{2}` and `Dilation{2}` (1 by default), `Padding::same`
/// (the default: stride times as large), `Padding::valid` (nothing is taken away) or numbers as in
/// `Padding{1}`, `Padding{rows, columns}` and `Padding{top, bottom, left, right}`,
/// `OutputPadding{1}` (0 by default), `Groups{2}` (1 by default), `NoBias{}`, and an `Initializer`
/// for the kernel (Glorot-uniform by default; the bias starts at zero).
template <Index filters, Window kernel, auto... options>
struct ConvTranspose2D {
  static_assert(
      detail::OptionTypes<Stride, Dilation, Padding, OutputPadding, Groups, NoBias,
                          Initializer>::accept<options...>(),
      "ConvTranspose2D: the options are Stride{...}, Dilation{...}, Padding::..., "
      "OutputPadding{...}, Groups{...}, NoBias{} and Initializer::..., each at most once");

 private:
  using Slides = detail::SlidingOf<kernel, options...>;

 public:
  static constexpr ConvTranspose2DLayer value{
      .filters = filters,
      .kernel = kernel,
      .stride = Slides::value.stride,
      .dilation = Slides::value.dilation,
      .padding = Slides::value.padding,
      .output_padding = detail::option_or<OutputPadding, options...>({0, 0}),
      .groups = detail::GroupsOf<filters, options...>::value,
      .has_bias = !detail::has_option<NoBias, options...>,
      .initializer = detail::option_or<Initializer, options...>(Initializer::glorot_uniform)};

  static_assert(value.has_valid_output_padding(),
                "ConvTranspose2D: the output padding must be at least 0 and smaller than the "
                "stride");
  static_assert(!(value.padding == Padding::same && value.has_output_padding()),
                "ConvTranspose2D: an output padding wants a Padding in numbers; Padding::same, the "
                "default, makes images exactly stride times as large");
};

}  // namespace TWEED_NAMESPACE
