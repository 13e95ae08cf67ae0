#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/graph/composites.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// The sum of all inputs, of one shape. Every dx is dy itself.
struct AddLayer {
  enum class Why { fits, its_inputs_must_have_one_shape };

  static constexpr std::string_view name = "add";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool passes_gradient = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation;  // in inference

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<Why> fit(Shapes inputs) {
    for (const Shape& other : inputs) {
      if (other != inputs[0]) return {inputs[0], Why::its_inputs_must_have_one_shape};
    }
    return {inputs[0]};
  }

  static OnnxOperator onnx(const Shape&) { return {"Sum"}; }

  /// y may be any one of the inputs.
  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::add<T>(pass.inputs, pass.y, pass.epilogue.activation, pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>&) {}
};

/// The sum of what the operands make of what comes in; of a single operand, that and what comes in.
template <class... Operands>
struct Add : Join<AddLayer, Operands...> {};

/// What comes in, plus what the entries make of it (He, Zhang, Ren and Sun, *Deep Residual Learning
/// for Image Recognition*, CVPR 2016).
template <class... Entries>
struct Residual : Join<AddLayer, Path<>, Path<Entries...>> {};

}  // namespace TWEED_NAMESPACE
