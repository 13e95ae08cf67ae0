#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// Zeros around an image: [h,w,c] to [top + h + bottom,left + w + right,c].
struct ZeroPadLayer {
  Padding padding = 0;

  enum class Why { fits, its_padding_must_be_numbers_of_zeros_on_each_side_at_least_0 };

  static constexpr std::string_view name = "zero_pad";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("padding", layer.padding);
  }

  constexpr bool has_valid_padding() const { return padding.has_sides(); }

  constexpr kernels::Box box(const Shape& input) const {
    const auto& [rows, columns] = padding;
    return {.whole = {rows.before + input.height + rows.after,
                      columns.before + input.width + columns.after, input.channels},
            .part = input,
            .row = rows.before,
            .column = columns.before};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (!has_valid_padding()) {
      return {input, Why::its_padding_must_be_numbers_of_zeros_on_each_side_at_least_0};
    }
    return {box(input).whole};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::pad<T>(box(pass.x.shape), pass.x.count, pass.x.data, pass.y.data,
                            pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::crop<T>(box(pass.dx.shape), pass.dx.count, pass.dy.data, pass.dx.data,
                             pass.threads);
  }

  OnnxOperator onnx(const Shape&) const {
    const auto& [rows, columns] = padding;
    return {.type = "Pad",
            .layout = OnnxOperator::Layout::image,
            .integers = {{0, 0, rows.before, columns.before, 0, 0, rows.after, columns.after}}};
  }

  std::string describe() const { return sides_text(padding); }
};

/// Zeros around an image in a network that is a type: `ZeroPad<1>` on all sides,
/// `ZeroPad<Padding{1, 2}>` above and below, left and right, or
/// `ZeroPad<Padding{top, bottom, left, right}>`.
template <Padding padding>
struct ZeroPad {
  static_assert(padding.has_sides(),
                "ZeroPad: give numbers of zeros, at least 0, as in ZeroPad<Padding{0, 1, 0, 1}>");

  static constexpr ZeroPadLayer value{.padding = padding};
};

}  // namespace TWEED_NAMESPACE
