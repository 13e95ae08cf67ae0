#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// The mean of all pixels, a channel at a time: [h,w,c] to [c].
struct GlobalAveragePool {
  static constexpr std::string_view name = "global_average_pool";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {{1, 1, input.channels}}; }

  static OnnxOperator onnx(const Shape&) {
    return {"GlobalAveragePool", OnnxOperator::Layout::image};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::global_average_pool<T>(size(pass.x.count, pass.x.shape), pass.x.data,
                                            pass.y.data, pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::chosen::global_average_pool_gradient<T>(size(pass.dx.count, pass.dx.shape),
                                                     pass.dy.data, pass.dx.data, pass.threads);
  }

 private:
  static constexpr kernels::SampleSize size(Index batch, const Shape& image) {
    return {.batch = batch, .pixels = image.height * image.width, .channels = image.channels};
  }
};

}  // namespace TWEED_NAMESPACE
