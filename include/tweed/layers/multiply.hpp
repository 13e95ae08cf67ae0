#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/graph/composites.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// The first input [h,w,c] times the second, of the same shape, or one factor for each channel [c].
struct MultiplyLayer {
  enum class Why {
    fits,
    it_takes_two_inputs,
    the_second_input_must_have_the_shape_of_the_first_or_one_factor_for_each_channel
  };

  static constexpr std::string_view name = "multiply";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<Why> fit(Shapes inputs) {
    if (inputs.size() != 2) return {inputs[0], Why::it_takes_two_inputs};
    const Shape factors{1, 1, inputs[0].channels};
    if (inputs[1] != inputs[0] && inputs[1] != factors) {
      return {
          inputs[0],
          Why::the_second_input_must_have_the_shape_of_the_first_or_one_factor_for_each_channel};
    }
    return {inputs[0]};
  }

  static OnnxOperator onnx(const Shape&) { return {"Mul"}; }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    const Batch<const T>& by = pass.inputs[1];
    if (by.shape == pass.x.shape) {
      return kernels::chosen::multiply<T>(pass.x.data, by.data, pass.y.data, pass.y.size(),
                                          pass.threads);
    }
    kernels::chosen::multiply_channels<T>(size(pass.x), pass.x.data, by.data, pass.y.data,
                                          pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const Batch<const T>& by = pass.inputs[1];
    T* const dx = pass.input_gradients[0].data;
    T* const dby = pass.input_gradients[1].data;
    if (by.shape == pass.x.shape) {
      return kernels::chosen::multiply_gradient<T>(pass.x.data, by.data, pass.dy.data, dx, dby,
                                                   pass.dy.size(), pass.threads);
    }
    kernels::chosen::multiply_channels_gradient<T>(size(pass.x), pass.x.data, by.data, pass.dy.data,
                                                   dx, dby, pass.threads);
  }

 private:
  template <class T>
  static constexpr kernels::SampleSize size(const Batch<T>& x) {
    return {
        .batch = x.count, .pixels = x.shape.height * x.shape.width, .channels = x.shape.channels};
  }
};

/// What the first operand makes of what comes in times what the second does; a single operand gives
/// the factors for what comes in, as in squeeze-and-excitation (Hu, Shen and Sun, CVPR 2018).
template <class... Operands>
struct Multiply : Join<MultiplyLayer, Operands...> {};

}  // namespace TWEED_NAMESPACE
