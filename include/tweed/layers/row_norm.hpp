#pragma once

#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/normalization.hpp>

#include <utility>
#include <vector>

/// What normalisations over the channels of each pixel have in common: LayerNorm, which `centers`
/// them, and RMSNorm.
namespace TWEED_NAMESPACE::detail {

template <class T>
constexpr LayerMemory row_norm_memory(const Normalization& norm, const Shape& input, int threads) {
  if (!norm.has_scale && !norm.has_shift) return {};
  return {.scratch = kernels::layer_norm_scratch_bytes<T>(input.channels, threads)};
}

template <class T>
void infer_row_norm(const Normalization& norm, bool centers, const InferPass<T>& pass) {
  const Index channels = pass.x.shape.channels;
  kernels::chosen::layer_norm<T>({.rows = pass.x.size() / channels,
                                  .length = channels,
                                  .centers = centers,
                                  .x = pass.x.data,
                                  .scale = norm.scale(pass.parameters),
                                  .shift = norm.shift(pass.parameters),
                                  .epsilon = norm.epsilon,
                                  .y = pass.y.data,
                                  .activation = pass.epilogue.activation,
                                  .threads = pass.threads});
}

template <class T>
void row_norm_backward(const Normalization& norm, bool centers, const BackwardPass<T>& pass) {
  const Index channels = pass.x.shape.channels;
  kernels::chosen::layer_norm_gradient<T>({.rows = pass.x.size() / channels,
                                           .length = channels,
                                           .centers = centers,
                                           .x = pass.x.data,
                                           .scale = norm.scale(pass.parameters),
                                           .shift = norm.shift(pass.parameters),
                                           .epsilon = norm.epsilon,
                                           .dy = pass.dy.data,
                                           .dx = pass.dx.data,
                                           .scale_gradient = norm.scale_gradient(pass),
                                           .shift_gradient = norm.shift_gradient(pass),
                                           .activation = pass.epilogue.activation,
                                           .scratch = pass.scratch,
                                           .threads = pass.threads});
}

/// The mean over the channels, which come second in images and in vectors.
inline std::vector<OnnxAttribute> onnx_mean_over_channels() {
  return {OnnxAttribute::of("axes", std::vector<Index>{1})};
}

/// The steps that follow the squares: what is normalised, the result of step `place` or the layer's
/// input, divided by the root of their mean.
inline void add_onnx_division(const Normalization& norm, OnnxStep::Operand of, std::size_t place,
                              std::vector<OnnxStep>& steps) {
  steps.push_back({.type = "ReduceMean", .attributes = onnx_mean_over_channels()});
  steps.push_back({"Add", OnnxStep::with_scalar, static_cast<float>(norm.epsilon)});
  steps.push_back({"Sqrt"});
  steps.push_back({.type = "Div", .operand = of, .place = place, .operand_is_first = true});
  norm.add_steps(steps);
}

/// Operator set 13 has no LayerNormalization, and the one that came later wants channels last.
inline OnnxOperator layer_norm_in_onnx(const Normalization& norm) {
  OnnxOperator what{.type = "ReduceMean",
                    .attributes = onnx_mean_over_channels(),
                    .has_channel_tensors = true,
                    .tensors_are_for_steps = true};
  what.then.push_back({.type = "Sub", .operand = OnnxStep::with_input, .operand_is_first = true});
  what.then.push_back({.type = "Mul", .operand = OnnxStep::with_step, .place = 1});
  add_onnx_division(norm, OnnxStep::with_step, 1, what.then);
  return what;
}

inline OnnxOperator rms_norm_in_onnx(const Normalization& norm) {
  OnnxOperator what{
      .type = "Pow", .scalars = {2.0F}, .has_channel_tensors = true, .tensors_are_for_steps = true};
  add_onnx_division(norm, OnnxStep::with_input, 0, what.then);
  return what;
}

}  // namespace TWEED_NAMESPACE::detail
