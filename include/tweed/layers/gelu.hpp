#pragma once

#include <tweed/layers/activation.hpp>

#include <numbers>

namespace TWEED_NAMESPACE {

/// y = x times the share of the standard normal distribution below x, any shape (Hendrycks and
/// Gimpel, *Gaussian Error Linear Units*, 2016). Within 6 ulp, also where it is tiny.
struct GELU : ActivationLayer<GELU, DerivativeFrom::input> {
  static constexpr std::string_view name = "gelu";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    const V v = into_normal_tail(x);
    return multiply_add(v, normal_tail(v).share, at_least(x, 0.0));
  }
  template <class V>
  static V derivative(const V& x, const V&, const V&) {
    const V v = into_normal_tail(x);
    const auto tail = normal_tail(v);
    const V below = multiply_add(v, tail.density, tail.share);
    return select(less(x, V::zero()), below, V::constant(1.0) - below);
  }

  /// x * (1 + erf(x / sqrt(2))) / 2
  static OnnxOperator onnx(const Shape&) {
    constexpr auto root = static_cast<float>(0.5 * std::numbers::sqrt2);
    return {.type = "Mul",
            .scalars = {root},
            .then = {{"Erf"},
                     {"Add", OnnxStep::with_scalar, 1.0F},
                     {"Mul", OnnxStep::with_input},
                     {"Mul", OnnxStep::with_scalar, 0.5F}}};
  }
};

/// y = x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2, any shape: what approximates `GELU`
/// in the same paper. Within 3 ulp for x > -1; below, its error grows like that of exp of a rounded
/// number.
struct GELUTanh : ActivationLayer<GELUTanh, DerivativeFrom::input> {
  static constexpr double linear = 2.0 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  static constexpr double cubic = 0.044715 * linear;

  static constexpr std::string_view name = "gelu_tanh";

  // (1 + tanh(u)) / 2 is the sigmoid of 2 u.
  template <class V>
  static V value(const V& x, const V&, const V&) {
    const V finite = at_least(x, -100.0);
    const V factor = multiply_add(finite * finite, V::constant(cubic), V::constant(linear));
    return finite * sigmoid(finite * factor);
  }
  template <class V>
  static V derivative(const V& x, const V&, const V&) {
    const V finite = at_most(at_least(x, -100.0), 100.0);
    const V square = finite * finite;
    const V factor = multiply_add(square, V::constant(cubic), V::constant(linear));
    const V steepness = multiply_add(square, V::constant(3.0 * cubic), V::constant(linear));
    const auto [share, rest] = sigmoids(finite * factor);
    return share * multiply_add(finite * rest, steepness, V::constant(1.0));
  }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Pow",
            .scalars = {2.0F},
            .then = {{"Mul", OnnxStep::with_scalar, static_cast<float>(cubic)},
                     {"Add", OnnxStep::with_scalar, static_cast<float>(linear)},
                     {"Mul", OnnxStep::with_input},
                     {"Sigmoid"},
                     {"Mul", OnnxStep::with_input}}};
  }
};

}  // namespace TWEED_NAMESPACE
