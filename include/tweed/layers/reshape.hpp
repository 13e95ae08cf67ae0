#pragma once

#include <tweed/core/checked_product.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// Hands on its input, in the order in which it lies in memory, as an image or a vector of another
/// shape.
struct ReshapeLayer {
  Shape shape{1, 1, 0};

  enum class Why {
    fits,
    its_sizes_must_all_be_positive,
    its_shape_must_have_as_many_numbers_as_the_input
  };

  static constexpr std::string_view name = "reshape";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool is_view = true;
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("height", layer.shape.height);
    take("width", layer.shape.width);
    take("channels", layer.shape.channels);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    const std::array sizes{shape.height, shape.width, shape.channels};
    if (std::ranges::min(sizes) < 1) return {input, Why::its_sizes_must_all_be_positive};
    if (detail::checked_product(sizes).value_or(0) != input.size()) {
      return {input, Why::its_shape_must_have_as_many_numbers_as_the_input};
    }
    return {shape};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    if (pass.x.data != pass.y.data) std::copy_n(pass.x.data, pass.x.size(), pass.y.data);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    if (pass.dx.data != pass.dy.data) std::copy_n(pass.dy.data, pass.dy.size(), pass.dx.data);
  }

  OnnxOperator onnx(const Shape&) const {
    constexpr auto vector = OnnxOperator::Layout::vector;
    if (shape.is_vector()) return {"", vector};
    return {.type = "Reshape",
            .layout = vector,
            .integers = {{0, shape.height, shape.width, shape.channels}},
            .then = {{.type = "Transpose",
                      .attributes = {OnnxAttribute::of("perm", std::vector<Index>{0, 3, 1, 2})}}},
            .makes_image = true};
  }

  std::string describe() const { return to_string(shape); }
};

/// Another shape in a network that is a type: `Reshape<7, 7, 64>` for images (height, width,
/// channels), `Reshape<3136>` for vectors.
template <Index... sizes>
struct Reshape {
  static_assert(sizeof...(sizes) == 1 || sizeof...(sizes) == 3,
                "Reshape: give height, width and channels, or the length of a vector");
  static_assert(((sizes > 0) && ...), "Reshape: every size must be positive");

  static constexpr ReshapeLayer value{.shape = [](auto... size) {
    if constexpr (sizeof...(size) == 1) return Shape{1, 1, size...};
    if constexpr (sizeof...(size) == 3) return Shape{size...};
    return Shape{1, 1, 0};
  }(sizes...)};
};

}  // namespace TWEED_NAMESPACE
