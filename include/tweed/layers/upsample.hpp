#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <algorithm>
#include <string>

namespace TWEED_NAMESPACE {

/// Repeats each pixel downwards and to the right: [h,w,c] to [h * rows,w * columns,c]. The nearest
/// neighbour is what each new pixel gets.
struct UpsampleLayer {
  Window factors{0};  ///< how often, downwards and to the right

  enum class Why { fits, its_factors_must_be_positive };

  static constexpr std::string_view name = "upsample";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("factors", layer.factors);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (std::min(factors.height, factors.width) < 1) {
      return {input, Why::its_factors_must_be_positive};
    }
    return {{input.height * factors.height, input.width * factors.width, input.channels}};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::upsample<T>(pass.x.shape, pass.x.count, factors, pass.x.data, pass.y.data,
                                 pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::upsample_gradient<T>(pass.dx.shape, pass.dx.count, factors, pass.dy.data,
                                          pass.dx.data, pass.threads);
  }

  OnnxOperator onnx(const Shape&) const {
    const auto scale = [](Index factor) { return static_cast<float>(factor); };
    return {.type = "Resize",
            .layout = OnnxOperator::Layout::image,
            .attributes = {OnnxAttribute::of("mode", "nearest"),
                           OnnxAttribute::of("coordinate_transformation_mode", "asymmetric"),
                           OnnxAttribute::of("nearest_mode", "floor")},
            .constants = {{}, {1.0F, 1.0F, scale(factors.height), scale(factors.width)}}};
  }

  std::string describe() const { return to_string(factors); }
};

/// Upsampling in a network that is a type: `Upsample<2>` doubles height and width,
/// `Upsample<Window{1, 2}>` the width alone.
template <Window factors>
struct Upsample {
  static_assert(factors.height > 0 && factors.width > 0, "Upsample: the factors must be positive");

  static constexpr UpsampleLayer value{.factors = factors};
};

}  // namespace TWEED_NAMESPACE
