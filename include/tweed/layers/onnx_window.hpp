#pragma once

#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/window.hpp>

#include <algorithm>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// How a window slides, as ONNX has it.
inline std::vector<OnnxAttribute> onnx_window(const SlidingAxis& rows, const SlidingAxis& columns) {
  using Sizes = std::vector<Index>;
  const auto after = [](const SlidingAxis& axis) {
    const Index seen = (axis.output - 1) * axis.stride + axis.span() - axis.before;
    return std::max<Index>(0, seen - axis.input);
  };
  return {
      OnnxAttribute::of("kernel_shape", Sizes{rows.window, columns.window}),
      OnnxAttribute::of("strides", Sizes{rows.stride, columns.stride}),
      OnnxAttribute::of("pads", Sizes{rows.before, columns.before, after(rows), after(columns)})};
}

}  // namespace TWEED_NAMESPACE::detail
