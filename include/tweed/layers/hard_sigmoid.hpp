#pragma once

#include <tweed/layers/activation.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// y = min(max(0, slope * x + offset), 1), any shape.
struct HardSigmoidLayer {
  double slope = 1.0 / 6.0;
  double offset = 0.5;

  enum class Why { fits, its_slope_must_be_above_0 };

  static constexpr std::string_view name = "hard_sigmoid";

  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("slope", layer.slope);
    take("offset", layer.offset);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    return {input, slope > 0.0 ? Why::fits : Why::its_slope_must_be_above_0};
  }

  constexpr Epilogue as_epilogue() const {
    return {.activation = detail::activation_of<DerivativeFrom::output>(*this)};
  }

  template <class V>
  static V value(const V& x, const V& slope, const V& offset) {
    return at_most(at_least(multiply_add(x, slope, offset), 0.0), 1.0);
  }
  template <class V>
  static V derivative(const V& y, const V& slope, const V&) {
    const V below_one = select(less(y, V::constant(1.0)), slope, V::zero());
    return select(less(V::zero(), y), below_one, V::zero());
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
    return {.type = "HardSigmoid",
            .attributes = {OnnxAttribute::of("alpha", static_cast<float>(slope)),
                           OnnxAttribute::of("beta", static_cast<float>(offset))}};
  }
};

/// HardSigmoid in a network that is a type: `HardSigmoid<>` as in PyTorch and Keras 3,
/// `HardSigmoid<0.2>` as in Keras 2 and ONNX.
template <DoubleOption slope = 1.0 / 6.0, DoubleOption offset = 0.5>
struct HardSigmoid {
  static_assert(slope.value() > 0.0, "HardSigmoid: the slope must be above 0");

  static constexpr HardSigmoidLayer value{.slope = slope.value(), .offset = offset.value()};
};

}  // namespace TWEED_NAMESPACE
