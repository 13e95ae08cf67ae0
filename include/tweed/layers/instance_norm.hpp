#pragma once

#include <tweed/layers/group_norm.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// Each channel of each sample with mean 0 and variance 1 over its pixels, and then, if it is
/// affine, scaled and shifted: y = (x - mean) / sqrt(variance + epsilon) * scale + shift (Ulyanov,
/// Vedaldi and Lempitsky, *Instance Normalization*, 2016). It is a GroupNorm with a group for each
/// channel. Parameters: scale [c] and shift [c], or none.
struct InstanceNormLayer {
  double epsilon = 1e-5;   ///< added to the variance
  bool is_affine = false;  ///< whether there are a scale and a shift

  enum class Why {
    fits,
    its_epsilon_must_be_positive,
    a_channel_of_one_pixel_has_no_variance_normalize_larger_images
  };

  static constexpr std::string_view name = "instance_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation | folds::any_activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("epsilon", layer.epsilon);
    take("is_affine", layer.is_affine);
  }

  constexpr detail::Normalization normalization() const { return {epsilon, is_affine, is_affine}; }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (!(epsilon > 0.0)) return {input, Why::its_epsilon_must_be_positive};
    if (input.is_vector()) {
      return {input, Why::a_channel_of_one_pixel_has_no_variance_normalize_larger_images};
    }
    return {input};
  }

  constexpr TensorList tensors(const Shape& input) const {
    return normalization().tensors(input.channels);
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index batch, int threads) const {
    return detail::group_norm_memory<T>(input, input.channels, batch, threads);
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    detail::group_norm<T>(normalization(), pass.x.shape.channels, pass, nullptr);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    detail::group_norm_forward(normalization(), pass.x.shape.channels, pass);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    detail::group_norm_backward(normalization(), pass.x.shape.channels, pass);
  }

  OnnxOperator onnx(const Shape& input) const {
    OnnxOperator what{.type = "InstanceNormalization",
                      .layout = OnnxOperator::Layout::image,
                      .attributes = {OnnxAttribute::of("epsilon", static_cast<float>(epsilon))}};
    if (is_affine) return what;
    const auto channels = static_cast<std::size_t>(input.channels);
    for (const float value : {1.0F, 0.0F}) {
      what.constants.push_back(std::vector<float>(channels, value));
    }
    return what;
  }

  std::string describe() const {
    std::string text = is_affine ? "affine" : "";
    if (epsilon != InstanceNormLayer{}.epsilon) {
      text += detail::text(text.empty() ? "" : ", ", "epsilon ", epsilon);
    }
    return text;
  }
};

/// That there are a scale and a shift: `InstanceNorm<Affine{}>`.
struct Affine {};

/// Instance normalisation in a network that is a type. Options, in any order: `Epsilon{1e-5}`,
/// which is the default, and `Affine{}`.
template <auto... options>
struct InstanceNorm {
  static_assert(detail::OptionTypes<Epsilon, Affine>::accept<options...>(),
                "InstanceNorm: the options are Epsilon{...} and Affine{}, each at most once");

  static constexpr InstanceNormLayer value{
      .epsilon = detail::option_or<Epsilon, options...>(1e-5).value(),
      .is_affine = detail::has_option<Affine, options...>};

  static_assert(value.epsilon > 0.0, "InstanceNorm: the epsilon must be positive");
};

}  // namespace TWEED_NAMESPACE
