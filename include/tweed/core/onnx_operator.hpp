#pragma once

#include <tweed/core/shape.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace TWEED_NAMESPACE {

/// An attribute of an ONNX operator: a number, several, or a word. A word must outlive it.
struct OnnxAttribute {
  enum class Kind { real, integer, word, integers };

  std::string_view name;
  Kind kind = Kind::integers;
  float real = 0.0F;
  Index integer = 0;
  std::string_view word = {};
  std::vector<Index> integers = {};

  static OnnxAttribute of(std::string_view name, float real) {
    return {.name = name, .kind = Kind::real, .real = real};
  }
  static OnnxAttribute of(std::string_view name, Index integer) {
    return {.name = name, .kind = Kind::integer, .integer = integer};
  }
  static OnnxAttribute of(std::string_view name, std::string_view word) {
    return {.name = name, .kind = Kind::word, .word = word};
  }
  static OnnxAttribute of(std::string_view name, std::vector<Index> integers) {
    return {.name = name, .integers = std::move(integers)};
  }
};

/// A further operation on what the one before made, with a second operand where it wants one: a
/// number, the layer's input, the result of an earlier step or one of the layer's tensors.
struct OnnxStep {
  enum Operand { alone, with_scalar, with_input, with_step, with_tensor };

  std::string_view type;
  Operand operand = alone;
  float scalar = 0.0F;
  std::size_t place = 0;  ///< which tensor, or which step; the operator itself is step 0
  bool operand_is_first = false;
  std::vector<OnnxAttribute> attributes = {};
  std::vector<std::vector<Index>> integers = {};   ///< vectors of whole numbers behind the operands
  std::vector<std::vector<float>> constants = {};  ///< vectors behind those
};

/// What a layer is in ONNX (https://onnx.ai/onnx/operators, operator set 13), as plain data. Images
/// are NCHW there; the exporter transposes values and kernels.
struct OnnxOperator {
  /// What the operator wants its inputs to be: images of four dimensions, vectors of two, or
  /// whatever they are.
  enum class Layout { any, image, vector };

  std::string_view type = {};  ///< "Conv"; empty where the layer only hands on what it gets
  Layout layout = Layout::any;
  std::vector<OnnxAttribute> attributes = {};
  /// Vectors of whole numbers behind its inputs, such as the sizes of a shape.
  std::vector<std::vector<Index>> integers = {};
  /// Vectors of constants behind those and before its tensors; an empty one stands for an
  /// input that is left out.
  std::vector<std::vector<float>> constants = {};
  std::size_t tensors_before_constants = 0;  ///< so many tensors stand before them
  std::vector<float> scalars = {};           ///< constants without dimensions, behind those
  std::vector<OnnxStep> then = {};           ///< what is done to its result
  bool has_channel_tensors = false;    ///< its tensors have a number for each channel of an image
  bool tensors_are_for_steps = false;  ///< the operator itself does not take the tensors
  bool makes_image = false;            ///< its result has four dimensions, whatever its inputs have
};

}  // namespace TWEED_NAMESPACE
