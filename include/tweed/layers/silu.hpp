#pragma once

#include <tweed/layers/activation.hpp>

namespace TWEED_NAMESPACE {

/// y = x / (1 + exp(-x)), any shape; Swish with a factor of 1 (Elfwing, Uchibe and Doya,
/// *Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement
/// Learning*, 2017; Ramachandran, Zoph and Le, *Searching for Activation Functions*, 2017). Within
/// 3 ulp.
struct SiLU : ActivationLayer<SiLU, DerivativeFrom::input> {
  static constexpr std::string_view name = "silu";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    const V finite = at_least(x, -1000.0);
    return finite / (V::constant(1.0) + exp(-finite));
  }
  template <class V>
  static V derivative(const V& x, const V&, const V&) {
    const V finite = at_most(at_least(x, -1000.0), 1000.0);
    const auto [share, rest] = sigmoids(finite);
    return share * multiply_add(finite, rest, V::constant(1.0));
  }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Sigmoid", .then = {{"Mul", OnnxStep::with_input}}};
  }
};

}  // namespace TWEED_NAMESPACE
