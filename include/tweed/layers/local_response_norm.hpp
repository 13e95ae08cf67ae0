#pragma once

#include <tweed/core/double_option.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>
#include <limits>
#include <string>

namespace TWEED_NAMESPACE {

/// Each number divided by a power of what its channel and those beside it are at the same pixel: y
/// = x / (k + alpha / size * sum of x^2 over `size` channels around)^beta, any shape (Krizhevsky,
/// Sutskever and Hinton, *ImageNet Classification with Deep Convolutional Neural Networks*, NeurIPS
/// 2012, section 3.3). Channels that are not there count as zeros.
struct LocalResponseNormLayer {
  Index size = 5;       ///< channels in the sum, an odd number
  double alpha = 1e-4;  ///< of the mean of the squares
  double beta = 0.75;
  double k = 1.0;

  enum class Why {
    fits,
    its_size_must_be_odd_and_positive,
    its_alpha_and_beta_must_be_finite_and_not_below_0,
    its_k_must_be_positive_and_finite
  };

  static constexpr std::string_view name = "local_response_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("size", layer.size);
    take("alpha", layer.alpha);
    take("beta", layer.beta);
    take("k", layer.k);
  }

  constexpr Why why_not() const {
    constexpr double most = std::numeric_limits<double>::max();
    if (size < 1 || size % 2 == 0) return Why::its_size_must_be_odd_and_positive;
    if (!(alpha >= 0.0 && alpha <= most && beta >= 0.0 && beta <= most)) {
      return Why::its_alpha_and_beta_must_be_finite_and_not_below_0;
    }
    return k > 0.0 && k <= most ? Why::fits : Why::its_k_must_be_positive_and_finite;
  }

  constexpr Fit<Why> fit(const Shape& input) const { return {input, why_not()}; }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index, int threads) const {
    return {.scratch = kernels::local_response_norm_scratch_bytes<T>(
                input.channels, response(input.channels).radius, threads)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    const Index channels = pass.x.shape.channels;
    kernels::chosen::local_response_norm<T>({.response = response(channels),
                                             .pixels = pass.x.size() / channels,
                                             .channels = channels,
                                             .x = pass.x.data,
                                             .y = pass.y.data,
                                             .scratch = pass.scratch,
                                             .threads = pass.threads});
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    const Index channels = pass.x.shape.channels;
    kernels::chosen::local_response_norm_gradient<T>({.response = response(channels),
                                                      .pixels = pass.x.size() / channels,
                                                      .channels = channels,
                                                      .x = pass.x.data,
                                                      .dy = pass.dy.data,
                                                      .dx = pass.dx.data,
                                                      .scratch = pass.scratch,
                                                      .threads = pass.threads});
  }

  OnnxOperator onnx(const Shape&) const {
    return {.type = "LRN",
            .layout = OnnxOperator::Layout::image,
            .attributes = {OnnxAttribute::of("size", size),
                           OnnxAttribute::of("alpha", static_cast<float>(alpha)),
                           OnnxAttribute::of("beta", static_cast<float>(beta)),
                           OnnxAttribute::of("bias", static_cast<float>(k))}};
  }

  std::string describe() const {
    return detail::text(size, ", alpha ", alpha, ", beta ", beta, ", k ", k);
  }

 private:
  /// A window that reaches beyond all channels matters by its width alone.
  constexpr kernels::LocalResponse response(Index channels) const {
    return {.radius = std::min(size / 2, channels - 1),
            .alpha = alpha / static_cast<double>(size),
            .beta = beta,
            .k = k};
  }
};

/// Local response normalisation in a network that is a type: `LocalResponseNorm<5>`, or with alpha,
/// beta and k `LocalResponseNorm<5, 1e-4, 0.75, 2>`.
template <Index size, DoubleOption alpha = 1e-4, DoubleOption beta = 0.75, DoubleOption k = 1.0>
struct LocalResponseNorm {
  static constexpr LocalResponseNormLayer value{
      .size = size, .alpha = alpha.value(), .beta = beta.value(), .k = k.value()};

  static_assert(size > 0 && size % 2 == 1, "LocalResponseNorm: the size must be odd and positive");
  static_assert(value.alpha >= 0.0 && value.beta >= 0.0,
                "LocalResponseNorm: alpha and beta must not be below 0");
  static_assert(value.k > 0.0, "LocalResponseNorm: k must be positive");
};

}  // namespace TWEED_NAMESPACE
