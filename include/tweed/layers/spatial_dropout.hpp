#pragma once

#include <tweed/layers/dropout.hpp>

namespace TWEED_NAMESPACE {

/// In training each channel of a sample is zero as a whole with probability `rate`, and else scaled
/// as `Dropout` scales what it keeps (Tompson, Goroshin, Jain, LeCun and Bregler, *Efficient Object
/// Localization Using Convolutional Networks*, CVPR 2015). Inference changes nothing.
struct SpatialDropoutLayer {
  double rate = 0.0;

  enum class Why { fits, its_rate_must_lie_in_0_to_1_without_1 };

  static constexpr std::string_view name = "spatial_dropout";
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

  /// The factor of each channel of each sample.
  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index batch, int) const {
    return {.kept = Scratch::bytes<T>(batch * input.channels)};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    const auto size = size_of(pass.x.count, pass.x.shape);
    const Index count = size.batch * size.channels;
    T* const factors = elements_of<T>(pass.kept, count);
    kernels::chosen::dropout_factors<T>(count, rate, pass.random, factors, pass.threads);
    kernels::chosen::multiply_channels<T>(size, pass.x.data, factors, pass.y.data, pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    const auto size = size_of(pass.dy.count, pass.dy.shape);
    kernels::chosen::multiply_channels<T>(size, pass.dy.data,
                                          elements_of<T>(pass.kept, size.batch * size.channels),
                                          pass.dx.data, pass.threads);
  }

  static OnnxOperator onnx(const Shape&) { return {}; }
  std::string describe() const { return detail::text(rate); }

 private:
  static constexpr kernels::SampleSize size_of(Index batch, const Shape& image) {
    return {.batch = batch, .pixels = image.height * image.width, .channels = image.channels};
  }
};

/// Dropout of whole channels in a network that is a type.
template <Rate rate>
struct SpatialDropout {
  static_assert(rate.value() >= 0.0 && rate.value() < 1.0,
                "SpatialDropout: the rate must lie in [0, 1)");

  static constexpr SpatialDropoutLayer value{.rate = rate.value()};
};

}  // namespace TWEED_NAMESPACE
