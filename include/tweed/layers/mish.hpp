#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = x * tanh(log(1 + exp(x))), any shape (Misra, *Mish: A Self Regularized Non-Monotonic
/// Activation Function*, BMVC 2020). Within 4 ulp.
struct Mish : ActivationLayer<Mish, DerivativeFrom::input> {
  static constexpr std::string_view name = "mish";

  // With e = exp(x) and n = e (e + 2), the hyperbolic tangent is n / (n + 2); from x = 21 on that
  // is 1.
  template <class V>
  static V value(const V& x, const V&, const V&) {
    const V two = V::constant(2.0);
    const V e = exp(at_most(x, 21.0));
    const V n = e * (e + two);
    return at_least(x, -1000.0) * (n / (n + two));
  }
  template <class V>
  static V derivative(const V& x, const V&, const V&) {
    const V two = V::constant(2.0);
    const V e = exp(at_most(x, 21.0));
    const V n = e * (e + two);
    const V share = n / (n + two);
    const V finite = at_most(at_least(x, -1000.0), 21.0);
    const V steepness = V::constant(4.0) * e * (V::constant(1.0) + e) / ((n + two) * (n + two));
    return multiply_add(finite, steepness, share);
  }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Softplus", .then = {{"Tanh"}, {"Mul", OnnxStep::with_input}}};
  }
};

}  // namespace TWEED_NAMESPACE
