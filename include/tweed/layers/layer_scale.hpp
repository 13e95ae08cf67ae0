#pragma once

#include <tweed/core/double_option.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE {

/// A factor for each channel that is learnt, any shape, which stays (Touvron, Cord, Sablayrolles,
/// Synnaeve and Jégou, *Going Deeper with Image Transformers*, ICCV 2021). Parameters: scale [c].
struct LayerScaleLayer {
  double initial = 1e-6;  ///< what the factors start at

  enum class Why { fits, its_initial_factor_must_be_finite };

  static constexpr std::string_view name = "layer_scale";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  /// A file has the factors.
  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Epilogue as_epilogue() { return {.normalize = true}; }

  constexpr bool has_finite_initial() const { return initial - initial == 0.0; }

  constexpr Fit<Why> fit(const Shape& input) const {
    return {input, has_finite_initial() ? Why::fits : Why::its_initial_factor_must_be_finite};
  }

  constexpr TensorList tensors(const Shape& input) const {
    TensorList list;
    list.add({.name = "scale",
              .dims = {input.channels, 1, 1, 1},
              .initializer = Initializer::ones,
              .gain = initial});
    return list;
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index, int threads) {
    return {.scratch = kernels::layer_scale_scratch_bytes<T>(input.channels, threads)};
  }

  template <class T>
  static void affine(const AffinePass<T>& pass) {
    std::ranges::copy(pass.parameters[0], pass.factor.begin());
    std::ranges::fill(pass.offset, T{});
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::layer_scale<T>(pixels(pass.x), pass.x.shape.channels, pass.x.data,
                                    pass.parameters[0].data(), pass.y.data, pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::chosen::layer_scale_gradient<T>({.pixels = pixels(pass.x),
                                              .channels = pass.x.shape.channels,
                                              .x = pass.x.data,
                                              .scale = pass.parameters[0].data(),
                                              .dy = pass.dy.data,
                                              .dx = pass.dx.data,
                                              .scale_gradient = pass.gradient(0),
                                              .scratch = pass.scratch,
                                              .threads = pass.threads});
  }

  /// The factors have to meet the channels of an image, which come second.
  static OnnxOperator onnx(const Shape&) {
    return {.type = "Mul", .layout = OnnxOperator::Layout::image, .has_channel_tensors = true};
  }

 private:
  template <class T>
  static constexpr Index pixels(const Batch<const T>& x) {
    return x.count * x.shape.height * x.shape.width;
  }
};

/// What the factors of a `LayerScale` start at.
struct InitialScale : DoubleOption {
  constexpr InitialScale(double value) : DoubleOption(value) {}
};

/// A learnt factor for each channel in a network that is a type: `LayerScale<>`, `LayerScale<0.1>`.
template <InitialScale initial = 1e-6>
struct LayerScale {
  static constexpr LayerScaleLayer value{.initial = initial.value()};

  static_assert(value.has_finite_initial(), "LayerScale: the initial factor must be finite");
};

}  // namespace TWEED_NAMESPACE
