#pragma once

#include <tweed/layers/activation.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// y = x where x > 0, else alpha * (exp(x) - 1), any shape (Clevert, Unterthiner and Hochreiter,
/// *Fast and Accurate Deep Network Learning by Exponential Linear Units*, ICLR 2016). Within 1.5
/// ulp.
struct ELULayer {
  double alpha = 1.0;

  enum class Why { fits, its_alpha_must_not_be_below_0 };

  static constexpr std::string_view name = "elu";

  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("alpha", layer.alpha);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    return {input, alpha >= 0.0 ? Why::fits : Why::its_alpha_must_not_be_below_0};
  }

  constexpr Epilogue as_epilogue() const {
    return {.activation = detail::activation_of<DerivativeFrom::output>(*this)};
  }

  template <class V>
  static V value(const V& x, const V& alpha, const V&) {
    return select(less(V::zero(), x), x, alpha * exp_minus_one(at_most(x, 0.0)));
  }
  template <class V>
  static V derivative(const V& y, const V& alpha, const V&) {
    return select(less(V::zero(), y), V::constant(1.0), y + alpha);
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
    return {.type = "Elu", .attributes = {OnnxAttribute::of("alpha", static_cast<float>(alpha))}};
  }
};

/// ELU in a network that is a type: `ELU<0.5>`, or `ELU<>` with an alpha of 1.
template <DoubleOption alpha = 1.0>
struct ELU {
  static_assert(alpha.value() >= 0.0, "ELU: alpha must not be below 0");

  static constexpr ELULayer value{.alpha = alpha.value()};
};

}  // namespace TWEED_NAMESPACE
