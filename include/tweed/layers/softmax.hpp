#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// y = exp(x) / the sum of exp(x) over the channels of a pixel, any shape: of a vector over all its
/// numbers. A network that ends with it gives probabilities, which `SoftmaxCE` and
/// `predict_probabilities` do not want: they take logits.
struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Softmax", .attributes = {OnnxAttribute::of("axis", Index{1})}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const Index channels = pass.x.shape.channels;
    kernels::chosen::channel_softmax<T>(pass.x.data, pass.y.data, pass.x.size() / channels,
                                        channels, pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const Index channels = pass.y.shape.channels;
    kernels::chosen::channel_softmax_gradient<T>(pass.y.data, pass.dy.data, pass.dx.data,
                                                 pass.y.size() / channels, channels, pass.threads);
  }
};

}  // namespace TWEED_NAMESPACE
