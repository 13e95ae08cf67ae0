#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = x * min(max(0, x + 3), 6) / 6, any shape (Howard et al., *Searching for MobileNetV3*, ICCV
/// 2019). Within 2 ulp.
struct HardSwish : ActivationLayer<HardSwish, DerivativeFrom::input> {
  static constexpr std::string_view name = "hard_swish";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    const V three = V::constant(3.0);
    const V from = at_least(x, -3.0);
    return from * (at_most(from, 3.0) + three) / V::constant(6.0);
  }
  template <class V>
  static V derivative(const V& x, const V&, const V&) {
    const V inside = multiply_add(x, V::constant(1.0 / 3.0), V::constant(0.5));
    const V above = select(less(V::constant(3.0), x), V::constant(1.0), inside);
    return select(less(x, V::constant(-3.0)), V::zero(), above);
  }

  static OnnxOperator onnx(const Shape&) {
    return {
        .type = "HardSigmoid",
        .attributes = {OnnxAttribute::of("alpha", 1.0F / 6.0F), OnnxAttribute::of("beta", 0.5F)},
        .then = {{"Mul", OnnxStep::with_input}}};
  }
};

}  // namespace TWEED_NAMESPACE
