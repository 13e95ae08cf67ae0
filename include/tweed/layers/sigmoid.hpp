#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = 1 / (1 + exp(-x)), any shape. Within 2.5 ulp.
struct Sigmoid : ActivationLayer<Sigmoid, DerivativeFrom::output> {
  static constexpr std::string_view name = "sigmoid";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    return sigmoid(x);
  }
  template <class V>
  static V derivative(const V& y, const V&, const V&) {
    return y * (V::constant(1.0) - y);
  }

  static OnnxOperator onnx(const Shape&) { return {"Sigmoid"}; }
};

}  // namespace TWEED_NAMESPACE
