#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// y = max(0, x), any shape.
struct ReLU {
  static constexpr std::string_view name = "relu";
  static constexpr Reads backward_reads{.input = false, .output = true};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Epilogue as_epilogue() { return {.activation = Activation::relu}; }
  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static OnnxOperator onnx(const Shape&) { return {"Relu"}; }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::relu<T>(pass.x.data, pass.y.data, pass.x.size(), pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::chosen::relu_gradient<T>(pass.y.data, pass.dy.data, pass.dx.data, pass.y.size(),
                                      pass.threads);
  }
};

}  // namespace TWEED_NAMESPACE
