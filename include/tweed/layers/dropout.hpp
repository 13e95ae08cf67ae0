#pragma once

#include <tweed/core/double_option.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace TWEED_NAMESPACE {

/// In training each element is zero with probability `rate`, to within 1/131072, and else scaled by
/// 1 / (1 - rate), or at high rates by what was drawn, so that the mean stays (Srivastava et al.,
/// JMLR 2014). Inference changes nothing.
struct DropoutLayer {
  double rate = 0.0;

  enum class Why { fits, its_rate_must_lie_in_0_to_1_without_1 };

  static constexpr std::string_view name = "dropout";
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

  /// A byte for each element: whether it was kept.
  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index batch, int) const {
    return {.kept = aligned_bytes(batch * input.size())};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    kernels::chosen::dropout<T>(pass.x.data, pass.y.data, pass.x.size(), rate, pass.random,
                                pass.threads, elements_of<std::uint8_t>(pass.kept, pass.x.size()));
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::dropout_gradient<T>(pass.dy.data,
                                         elements_of<std::uint8_t>(pass.kept, pass.dy.size()),
                                         pass.dx.data, pass.dy.size(), rate, pass.threads);
  }

  static OnnxOperator onnx(const Shape&) { return {}; }
  std::string describe() const { return detail::text(rate); }
};

/// A fraction as a template argument: `Dropout<0.25>`.
struct Rate : DoubleOption {
  consteval Rate(double value) : DoubleOption(value) {}
};

/// Dropout in a network that is a type.
template <Rate rate>
struct Dropout {
  static_assert(rate.value() >= 0.0 && rate.value() < 1.0, "Dropout: the rate must lie in [0, 1)");

  static constexpr DropoutLayer value{.rate = rate.value()};
};

}  // namespace TWEED_NAMESPACE
