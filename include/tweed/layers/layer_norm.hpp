#pragma once

#include <tweed/layers/options.hpp>
#include <tweed/layers/row_norm.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// The channels of each pixel with mean 0 and variance 1, then scaled and shifted: y = (x - mean) /
/// sqrt(variance + epsilon) * scale + shift, any shape; of a vector all its numbers (Ba, Kiros and
/// Hinton, *Layer Normalization*, 2016). Mean and variance are those of the pixel alone, in
/// training and in inference. Parameters: scale [c], shift [c].
struct LayerNormLayer {
  double epsilon = 1e-5;  ///< added to the variance
  bool has_scale = true;
  bool has_shift = true;

  enum class Why { fits, its_epsilon_must_be_positive };

  static constexpr std::string_view name = "layer_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation | folds::any_activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("epsilon", layer.epsilon);
    take("has_scale", layer.has_scale);
    take("has_shift", layer.has_shift);
  }

  constexpr detail::Normalization normalization() const { return {epsilon, has_scale, has_shift}; }

  constexpr Fit<Why> fit(const Shape& input) const {
    return {input, epsilon > 0.0 ? Why::fits : Why::its_epsilon_must_be_positive};
  }

  constexpr TensorList tensors(const Shape& input) const {
    return normalization().tensors(input.channels);
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index, int threads) const {
    return detail::row_norm_memory<T>(normalization(), input, threads);
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    detail::infer_row_norm(normalization(), true, pass);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    detail::row_norm_backward(normalization(), true, pass);
  }

  OnnxOperator onnx(const Shape&) const { return detail::layer_norm_in_onnx(normalization()); }

  std::string describe() const { return normalization().describe(1e-5); }
};

/// Layer normalisation in a network that is a type. Options, in any order: `Epsilon{1e-5}`, which
/// is the default, `NoScale{}` and `NoShift{}`.
template <auto... options>
struct LayerNorm {
  static_assert(detail::OptionTypes<Epsilon, NoScale, NoShift>::accept<options...>(),
                "LayerNorm: the options are Epsilon{...}, NoScale{} and NoShift{}, each at most "
                "once");

  static constexpr LayerNormLayer value{
      .epsilon = detail::option_or<Epsilon, options...>(1e-5).value(),
      .has_scale = !detail::has_option<NoScale, options...>,
      .has_shift = !detail::has_option<NoShift, options...>};

  static_assert(value.epsilon > 0.0, "LayerNorm: the epsilon must be positive");
};

}  // namespace TWEED_NAMESPACE
