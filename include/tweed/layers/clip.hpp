#pragma once

#include <tweed/layers/activation.hpp>

#include <limits>
#include <string>

namespace TWEED_NAMESPACE {

/// y = x within the bounds, and else the nearer bound; any shape.
struct ClipLayer {
  double lowest = -1.0;
  double highest = 1.0;

  enum class Why { fits, its_lowest_value_must_be_below_its_highest, its_bounds_must_be_finite };

  static constexpr std::string_view name = "clip";

  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("lowest", layer.lowest);
    take("highest", layer.highest);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    constexpr double most = std::numeric_limits<double>::max();
    if (!(lowest < highest)) return {input, Why::its_lowest_value_must_be_below_its_highest};
    if (lowest < -most || highest > most) return {input, Why::its_bounds_must_be_finite};
    return {input};
  }

  constexpr Epilogue as_epilogue() const {
    return {.activation = detail::activation_of<DerivativeFrom::output>(*this)};
  }

  template <class V>
  static V value(const V& x, const V& lowest, const V& highest) {
    return select(less(x, lowest), lowest, select(less(highest, x), highest, x));
  }
  template <class V>
  static V derivative(const V& y, const V& lowest, const V& highest) {
    const V inside = select(less(y, highest), V::constant(1.0), V::zero());
    return select(less(lowest, y), inside, V::zero());
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
    return {.type = "Clip", .scalars = {static_cast<float>(lowest), static_cast<float>(highest)}};
  }
};

/// Clip in a network that is a type: `Clip<-1, 1>`.
template <DoubleOption lowest, DoubleOption highest>
struct Clip {
  static_assert(lowest.value() < highest.value(),
                "Clip: the lowest value must be below the highest");

  static constexpr ClipLayer value{.lowest = lowest.value(), .highest = highest.value()};
};

}  // namespace TWEED_NAMESPACE
