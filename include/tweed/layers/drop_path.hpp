#pragma once

#include <tweed/layers/dropout.hpp>

namespace TWEED_NAMESPACE {

/// In training each sample is zero as a whole with probability `rate`, and else scaled as `Dropout`
/// scales what it keeps. Last in the branch of a `Residual` it is stochastic depth: the sample goes
/// round the branch (Huang, Sun, Liu, Sedra and Weinberger, *Deep Networks with Stochastic Depth*,
/// ECCV 2016). Inference changes nothing.
struct DropPathLayer {
  double rate = 0.0;

  enum class Why { fits, its_rate_must_lie_in_0_to_1_without_1 };

  static constexpr std::string_view name = "drop_path";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("rate", layer.rate);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    const bool is_valid = rate >= 0.0 && rate < 1.0;
    return {input, is_valid ? Why::fits : Why::its_rate_must_lie_in_0_to_1_without_1};
  }

  /// The factor of each sample.
  template <class T>
  constexpr LayerMemory memory(const Shape&, Index batch, int) const {
    return {.kept = Scratch::bytes<T>(batch)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    T* const factors = elements_of<T>(pass.kept, pass.x.count);
    kernels::chosen::dropout_factors<T>(pass.x.count, rate, pass.random, factors, pass.threads);
    kernels::chosen::multiply_samples<T>(pass.x.count, pass.x.shape.size(), pass.x.data, factors,
                                         pass.y.data, pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::multiply_samples<T>(pass.dy.count, pass.dy.shape.size(), pass.dy.data,
                                         elements_of<T>(pass.kept, pass.dy.count), pass.dx.data,
                                         pass.threads);
  }

  static OnnxOperator onnx(const Shape&) { return {}; }
  std::string describe() const { return detail::text(rate); }
};

/// Stochastic depth in a network that is a type: `Residual<Conv2D<16, 3>, DropPath<0.1>>`.
template <Rate rate>
struct DropPath {
  static_assert(rate.value() >= 0.0 && rate.value() < 1.0, "DropPath: the rate must lie in [0, 1)");

  static constexpr DropPathLayer value{.rate = rate.value()};
};

}  // namespace TWEED_NAMESPACE
