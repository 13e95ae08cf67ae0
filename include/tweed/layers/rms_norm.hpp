#pragma once

#include <tweed/layers/options.hpp>
#include <tweed/layers/row_norm.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// The channels of each pixel divided by the root of the mean of their squares, then scaled: y = x
/// / sqrt(mean of x^2 + epsilon) * scale, any shape; of a vector all its numbers (Zhang and
/// Sennrich, *Root Mean Square Layer Normalization*, NeurIPS 2019). Parameters: scale [c].
struct RMSNormLayer {
  double epsilon = 1e-6;  ///< added to the mean of the squares
  bool has_scale = true;

  enum class Why { fits, its_epsilon_must_be_positive };

  static constexpr std::string_view name = "rms_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation | folds::any_activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("epsilon", layer.epsilon);
    take("has_scale", layer.has_scale);
  }

  constexpr detail::Normalization normalization() const { return {epsilon, has_scale, false}; }

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
    detail::infer_row_norm(normalization(), false, pass);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    detail::row_norm_backward(normalization(), false, pass);
  }

  OnnxOperator onnx(const Shape&) const { return detail::rms_norm_in_onnx(normalization()); }

  std::string describe() const {
    std::string text;
    if (epsilon != RMSNormLayer{}.epsilon) text = detail::text("epsilon ", epsilon);
    if (!has_scale) text += text.empty() ? "no scale" : ", no scale";
    return text;
  }
};

/// Normalisation by the root of the mean square in a network that is a type. Options, in any order:
/// `Epsilon{1e-6}`, which is the default, and `NoScale{}`.
template <auto... options>
struct RMSNorm {
  static_assert(detail::OptionTypes<Epsilon, NoScale>::accept<options...>(),
                "RMSNorm: the options are Epsilon{...} and NoScale{}, each at most once");

  static constexpr RMSNormLayer value{
      .epsilon = detail::option_or<Epsilon, options...>(1e-6).value(),
      .has_scale = !detail::has_option<NoScale, options...>};

  static_assert(value.epsilon > 0.0, "RMSNorm: the epsilon must be positive");
};

}  // namespace TWEED_NAMESPACE
