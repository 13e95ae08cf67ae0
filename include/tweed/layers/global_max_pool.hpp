#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

namespace TWEED_NAMESPACE {

/// The largest of all pixels, a channel at a time: [h,w,c] to [c]. The gradient goes to the first
/// of equal ones.
struct GlobalMaxPool {
  static constexpr std::string_view name = "global_max_pool";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {{1, 1, input.channels}}; }

  static OnnxOperator onnx(const Shape&) { return {"GlobalMaxPool", OnnxOperator::Layout::image}; }

  /// Which pixel the gradient goes to.
  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index batch, int) {
    return {.kept = aligned_bytes(batch * input.channels * Index{sizeof(Index)})};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    kernels::chosen::global_max_pool<T>(size(pass.x.count, pass.x.shape), pass.x.data, pass.y.data,
                                        nullptr, pass.threads);
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    kernels::chosen::global_max_pool<T>(size(pass.x.count, pass.x.shape), pass.x.data, pass.y.data,
                                        elements_of<Index>(pass.kept, pass.y.size()), pass.threads);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::chosen::global_max_pool_gradient<T>(size(pass.dx.count, pass.dx.shape), pass.dy.data,
                                                 elements_of<Index>(pass.kept, pass.dy.size()),
                                                 pass.dx.data, pass.threads);
  }

 private:
  static constexpr kernels::SampleSize size(Index batch, const Shape& image) {
    return {.batch = batch, .pixels = image.height * image.width, .channels = image.channels};
  }
};

}  // namespace TWEED_NAMESPACE
