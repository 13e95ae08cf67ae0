#pragma once

#include <tweed/layers/activation.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// y = x where x > 0, else negative_slope * x, any shape (Maas, Hannun and Ng, *Rectifier
/// Nonlinearities Improve Neural Network Acoustic Models*, ICML 2013).
struct LeakyReLULayer {
  double negative_slope = 0.01;

  enum class Why { fits, its_negative_slope_must_not_be_below_0 };

  static constexpr std::string_view name = "leaky_relu";

  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("negative_slope", layer.negative_slope);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    return {input, negative_slope >= 0.0 ? Why::fits : Why::its_negative_slope_must_not_be_below_0};
  }

  constexpr Epilogue as_epilogue() const {
    return {.activation = detail::activation_of<DerivativeFrom::output>(*this)};
  }

  template <class V>
  static V value(const V& x, const V& negative_slope, const V&) {
    return select(less(x, V::zero()), negative_slope * x, x);
  }
  template <class V>
  static V derivative(const V& y, const V& negative_slope, const V&) {
    return select(less(V::zero(), y), V::constant(1.0), negative_slope);
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    detail::infer_activation(as_epilogue().activation, pass);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    detail::activation_backward(as_epilogue().activation, pass);
  }

  std::string describe() const { return detail::describe_settings(*this); }

  OnnxOperator onnx(const Shape&) const {
    return {.type = "LeakyRelu",
            .attributes = {OnnxAttribute::of("alpha", static_cast<float>(negative_slope))}};
  }
};

/// LeakyReLU in a network that is a type: `LeakyReLU<0.1>`, or `LeakyReLU<>` with a slope of 0.01.
template <DoubleOption negative_slope = 0.01>
struct LeakyReLU {
  static_assert(negative_slope.value() >= 0.0, "LeakyReLU: the slope must not be below 0");

  static constexpr LeakyReLULayer value{.negative_slope = negative_slope.value()};
};

}  // namespace TWEED_NAMESPACE
