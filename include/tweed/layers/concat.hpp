#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/graph/composites.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// The channels of all inputs behind each other: images of one height and width to one of all their
/// channels.
struct ConcatLayer {
  enum class Why { fits, its_inputs_must_have_one_height_and_width };

  static constexpr std::string_view name = "concat";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<Why> fit(Shapes inputs) {
    Shape output{inputs[0].height, inputs[0].width, 0};
    for (const Shape& other : inputs) {
      if (other.height != output.height || other.width != output.width) {
        return {inputs[0], Why::its_inputs_must_have_one_height_and_width};
      }
      output.channels += other.channels;
    }
    return {output};
  }

  static OnnxOperator onnx(const Shape&) {
    return {.type = "Concat", .attributes = {OnnxAttribute::of("axis", Index{1})}};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::concat<T>(pass.inputs, pass.y, pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::chosen::concat_gradient<T>(pass.dy, pass.input_gradients, pass.threads);
  }
};

/// The channels of what the operands make of what comes in, behind each other; of a single operand,
/// behind those of what comes in.
template <class... Operands>
struct Concat : Join<ConcatLayer, Operands...> {};

}  // namespace TWEED_NAMESPACE
