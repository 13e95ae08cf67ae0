#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// Cuts rows and columns off an image: [h,w,c] to [h - top - bottom,w - left - right,c].
struct CropLayer {
  Padding sides = 0;  ///< how many rows and columns on each side, as `Padding` counts them

  enum class Why {
    fits,
    its_sides_must_be_numbers_of_rows_and_columns_at_least_0,
    it_leaves_nothing_of_the_image_cut_off_less
  };

  static constexpr std::string_view name = "crop";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("sides", layer.sides);
  }

  constexpr kernels::Box box(const Shape& input) const {
    const auto& [rows, columns] = sides;
    return {.whole = input,
            .part = {input.height - rows.before - rows.after,
                     input.width - columns.before - columns.after, input.channels},
            .row = rows.before,
            .column = columns.before};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (!sides.has_sides()) {
      return {input, Why::its_sides_must_be_numbers_of_rows_and_columns_at_least_0};
    }
    const Shape rest = box(input).part;
    if (rest.height < 1 || rest.width < 1) {
      return {input, Why::it_leaves_nothing_of_the_image_cut_off_less};
    }
    return {rest};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::crop<T>(box(pass.x.shape), pass.x.count, pass.x.data, pass.y.data,
                             pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::pad<T>(box(pass.dx.shape), pass.dx.count, pass.dy.data, pass.dx.data,
                            pass.threads);
  }

  OnnxOperator onnx(const Shape& input) const {
    const kernels::Box rest = box(input);
    return {.type = "Slice",
            .layout = OnnxOperator::Layout::image,
            .integers = {{rest.row, rest.column},
                         {rest.row + rest.part.height, rest.column + rest.part.width},
                         {2, 3}}};
  }

  std::string describe() const { return sides_text(sides); }
};

/// Cuts off what surrounds an image, in a network that is a type: `Crop<1>` on all sides,
/// `Crop<Padding{1, 2}>` above and below, left and right, or
/// `Crop<Padding{top, bottom, left, right}>`.
template <Padding sides>
struct Crop {
  static_assert(sides.has_sides(),
                "Crop: give numbers of rows and columns, at least 0, as in Crop<Padding{0, 1, 0, "
                "1}>");

  static constexpr CropLayer value{.sides = sides};
};

}  // namespace TWEED_NAMESPACE
