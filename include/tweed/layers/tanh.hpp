#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = tanh(x), any shape. Within 3 ulp.
struct Tanh : ActivationLayer<Tanh, DerivativeFrom::output> {
  static constexpr std::string_view name = "tanh";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    return tanh(x);
  }
  template <class V>
  static V derivative(const V& y, const V&, const V&) {
    const V one = V::constant(1.0);
    return (one - y) * (one + y);
  }

  static OnnxOperator onnx(const Shape&) { return {"Tanh"}; }
};

}  // namespace TWEED_NAMESPACE
