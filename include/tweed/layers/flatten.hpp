#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

/// [h,w,c] as a vector of h*w*c, in the order in which it lies in memory.
struct Flatten {
  static constexpr std::string_view name = "flatten";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool is_view = true;
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {{1, 1, input.size()}}; }

  static OnnxOperator onnx(const Shape&) { return {"", OnnxOperator::Layout::vector}; }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    if (pass.dx.data != pass.dy.data) std::copy_n(pass.dy.data, pass.dy.size(), pass.dx.data);
  }
};

}  // namespace TWEED_NAMESPACE
