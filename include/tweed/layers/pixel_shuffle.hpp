#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// Channels become pixels: [h,w,c * factor * factor] to [h * factor,w * factor,c]. The channels of
/// a new channel lie side by side, those of a row of new pixels behind each other (Shi et al.,
/// *Real-Time Single Image and Video Super-Resolution*, CVPR 2016).
struct PixelShuffleLayer {
  Index factor = 0;

  enum class Why {
    fits,
    its_factor_must_be_positive,
    the_channels_must_be_a_multiple_of_the_factor_squared
  };

  static constexpr std::string_view name = "pixel_shuffle";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("factor", layer.factor);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (factor < 1) return {input, Why::its_factor_must_be_positive};
    if (input.channels / factor % factor != 0 || input.channels % factor != 0) {
      return {input, Why::the_channels_must_be_a_multiple_of_the_factor_squared};
    }
    return {{input.height * factor, input.width * factor, input.channels / factor / factor}};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::unfold_blocks<T>(blocks(pass.x.count, pass.x.shape), pass.x.data, pass.y.data,
                                      pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::fold_blocks<T>(blocks(pass.dx.count, pass.dx.shape), pass.dy.data,
                                    pass.dx.data, pass.threads);
  }

  OnnxOperator onnx(const Shape&) const {
    return {
        .type = "DepthToSpace",
        .layout = OnnxOperator::Layout::image,
        .attributes = {OnnxAttribute::of("blocksize", factor), OnnxAttribute::of("mode", "CRD")}};
  }

  std::string describe() const { return std::to_string(factor); }

 private:
  constexpr kernels::Blocks blocks(Index samples, const Shape& shape) const {
    return {.rows = samples * shape.height,
            .columns = shape.width,
            .channels = shape.channels / factor / factor,
            .down = factor,
            .across = factor};
  }
};

/// Channels that become pixels in a network that is a type.
template <Index factor>
struct PixelShuffle {
  static_assert(factor > 0, "PixelShuffle: the factor must be positive");

  static constexpr PixelShuffleLayer value{.factor = factor};
};

}  // namespace TWEED_NAMESPACE
