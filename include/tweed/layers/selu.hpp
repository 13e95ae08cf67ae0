#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = scale * x where x > 0, else scale * alpha * (exp(x) - 1), any shape; with these numbers
/// activations tend to mean 0 and variance 1 (Klambauer, Unterthiner, Mayr and Hochreiter,
/// *Self-Normalizing Neural Networks*, NeurIPS 2017). Within 2.5 ulp.
struct SELU : ActivationLayer<SELU, DerivativeFrom::output> {
  static constexpr double alpha = 1.6732632423543772848170429916717;
  static constexpr double scale = 1.0507009873554804934193349852946;

  static constexpr std::string_view name = "selu";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    return select(less(V::zero(), x), V::constant(scale) * x,
                  V::constant(scale * alpha) * exp_minus_one(at_most(x, 0.0)));
  }
  template <class V>
  static V derivative(const V& y, const V&, const V&) {
    return select(less(V::zero(), y), V::constant(scale), y + V::constant(scale * alpha));
  }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Selu",
            .attributes = {OnnxAttribute::of("alpha", static_cast<float>(alpha)),
                           OnnxAttribute::of("gamma", static_cast<float>(scale))}};
  }
};

}  // namespace TWEED_NAMESPACE
