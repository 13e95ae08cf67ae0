#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/text.hpp>
#include <tweed/layers/normalization_options.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::detail {

/// What normalisations have in common: their settings, and the tensors scale [c] and shift [c],
/// each of which may be missing.
struct Normalization {
  double epsilon;
  bool has_scale;
  bool has_shift;

  constexpr TensorList tensors(Index channels) const {
    TensorList list;
    const auto add = [&](std::string_view name, Initializer initializer) {
      list.add({.name = name, .dims = {channels, 1, 1, 1}, .initializer = initializer});
    };
    if (has_scale) add("scale", Initializer::ones);
    if (has_shift) add("shift", Initializer::zeros);
    return list;
  }

  /// The scale among the tensors of a pass, or nullptr.
  template <class T>
  T* scale(const Tensors<T>& tensors) const {
    return has_scale ? tensors[0].data() : nullptr;
  }
  template <class T>
  T* shift(const Tensors<T>& tensors) const {
    return has_shift ? tensors[has_scale ? 1 : 0].data() : nullptr;
  }

  /// Where its gradient goes, or nullptr.
  template <class T>
  T* scale_gradient(const BackwardPass<T>& pass) const {
    return has_scale ? pass.gradient(0) : nullptr;
  }
  template <class T>
  T* shift_gradient(const BackwardPass<T>& pass) const {
    return has_shift ? pass.gradient(has_scale ? 1 : 0) : nullptr;
  }

  /// Adds what a normalised number goes through.
  void add_steps(std::vector<OnnxStep>& steps) const {
    const auto add = [&](const char* type, std::size_t tensor) {
      steps.push_back({.type = type, .operand = OnnxStep::with_tensor, .place = tensor});
    };
    if (has_scale) add("Mul", 0);
    if (has_shift) add("Add", has_scale ? 1 : 0);
  }

  /// "epsilon 0.001, no shift", as far as it is not as usual.
  std::string describe(double usual_epsilon) const {
    std::string description;
    const auto add = [&](const std::string& what) {
      if (!description.empty()) description += ", ";
      description += what;
    };
    if (epsilon != usual_epsilon) add(text("epsilon ", epsilon));
    if (!has_scale) add("no scale");
    if (!has_shift) add("no shift");
    return description;
  }
};

}  // namespace TWEED_NAMESPACE::detail
