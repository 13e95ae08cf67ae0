#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = log(1 + exp(x)), any shape (Dugas, Bengio, Belisle, Nadeau and Garcia, *Incorporating
/// Second-Order Functional Knowledge for Better Option Pricing*, NeurIPS 2000). Within 3 ulp.
struct Softplus : ActivationLayer<Softplus, DerivativeFrom::output> {
  static constexpr std::string_view name = "softplus";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    return at_least(x, 0.0) + log_one_plus(exp(-abs(x)));
  }
  template <class V>
  static V derivative(const V& y, const V&, const V&) {
    return -exp_minus_one(-y);
  }

  static OnnxOperator onnx(const Shape&) { return {"Softplus"}; }
};

}  // namespace TWEED_NAMESPACE
