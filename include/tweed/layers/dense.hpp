#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/kernel_and_bias.hpp>
#include <tweed/layers/no_bias.hpp>
#include <tweed/layers/options.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// y = x * kernel + bias: [n] to [units]. Parameters: kernel [n,units], bias [units].
struct DenseLayer {
  Index units = 0;
  bool has_bias = true;
  Initializer initializer = Initializer::glorot_uniform;

  enum class Why { fits, input_is_an_image_put_Flatten_before, its_units_must_be_positive };

  static constexpr std::string_view name = "dense";
  static constexpr Reads backward_reads{
      .input = true, .output = false, .input_is_for_parameters = true};
  static constexpr unsigned char takes = folds::activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("units", layer.units);
    take("bias", layer.has_bias, true);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (units < 1) return {input, Why::its_units_must_be_positive};
    if (!input.is_vector()) return {input, Why::input_is_an_image_put_Flatten_before};
    return {{1, 1, units}};
  }

  constexpr TensorList tensors(const Shape& input) const {
    TensorList tensors;
    tensors.add({"kernel", {input.channels, units, 1, 1}, 2, initializer, input.channels, units});
    if (has_bias) tensors.add({"bias", {units, 1, 1, 1}});
    return tensors;
  }

  template <class T>
  constexpr LayerMemory memory(const Shape&, Index, int threads) const {
    return {.scratch = kernels::chosen::dense_scratch_bytes<T>(units, threads)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    auto run = detail::forward_of<kernels::DenseForward>(pass);
    run.inputs = pass.x.shape.channels;
    run.outputs = units;
    kernels::chosen::dense<T>(run);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    auto run = detail::backward_of<kernels::DenseBackward>(pass);
    run.inputs = pass.x.shape.channels;
    run.outputs = units;
    kernels::chosen::dense_gradient<T>(run);
  }

  constexpr Index multiply_adds(const Shape& input) const { return input.channels * units; }
  static OnnxOperator onnx(const Shape&) { return {"Gemm", OnnxOperator::Layout::vector}; }
  std::string describe() const { return std::to_string(units) + (has_bias ? "" : " without bias"); }
};

/// A dense layer in a network that is a type. Options, in any order: `NoBias{}` and an
/// `Initializer` for the kernel (Glorot-uniform by default; the bias starts at zero).
template <Index units, auto... options>
struct Dense {
  static_assert(units > 0, "Dense: there must be at least one unit");
  static_assert(detail::OptionTypes<NoBias, Initializer>::accept<options...>(),
                "Dense: the options are NoBias{} and Initializer::..., each at most once");

  static constexpr DenseLayer value{
      .units = units,
      .has_bias = !detail::has_option<NoBias, options...>,
      .initializer = detail::option_or<Initializer, options...>(Initializer::glorot_uniform)};
};

}  // namespace TWEED_NAMESPACE
