#pragma once

#include <tweed/layers/clip.hpp>

namespace TWEED_NAMESPACE {

/// y = min(max(0, x), 6), any shape (Krizhevsky, *Convolutional Deep Belief Networks on CIFAR-10*,
/// 2010).
struct ReLU6 : ActivationLayer<ReLU6, DerivativeFrom::output> {
  static constexpr std::string_view name = "relu6";

  template <class V>
  static V value(const V& x, const V&, const V&) {
    return ClipLayer::value(x, V::zero(), V::constant(6.0));
  }
  template <class V>
  static V derivative(const V& y, const V&, const V&) {
    return ClipLayer::derivative(y, V::zero(), V::constant(6.0));
  }

  static OnnxOperator onnx(const Shape&) { return {.type = "Clip", .scalars = {0.0F, 6.0F}}; }
};

}  // namespace TWEED_NAMESPACE
