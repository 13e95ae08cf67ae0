#pragma once

#include <tweed/core/activations.hpp>
#include <tweed/core/double_option.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <cstddef>
#include <string>

namespace TWEED_NAMESPACE {

/// What the derivative of a function follows from: its result, or only what it was given.
enum class DerivativeFrom { output, input };

namespace detail {

/// The function of a layer F, which says what it is as `ActivationLayer` describes.
template <DerivativeFrom from, class F>
constexpr Activation activation_of(const F& layer) {
  static_assert(activation_place<F> < std::tuple_size_v<Activations>,
                "activation: add it to the list Activations in core/activations.hpp");
  double settings[2] = {};
  std::size_t count = 0;
  F::visit(layer, [&](const char*, const double& value) { settings[count++] = value; });
  return {.kind = Activation::Kind::other,
          .known_by_output = from == DerivativeFrom::output,
          .function = &kernels::activation_function<kernels::chosen::LoopsOf, F>,
          .first = settings[0],
          .second = settings[1]};
}

template <class T>
void infer_activation(const Activation& f, const InferPass<T>& pass) {
  kernels::chosen::apply_activation<T>(f, pass.x.data, pass.y.data, pass.x.size(), pass.threads);
}

template <class T>
void activation_backward(const Activation& f, const BackwardPass<T>& pass) {
  const T* const from = f.known_by_output ? pass.y.data : pass.x.data;
  kernels::chosen::activation_gradient<T>(f, from, pass.dy.data, pass.dx.data, pass.dy.size(),
                                          pass.threads);
}

/// "slope 0.1, offset 0.5"
template <class F>
std::string describe_settings(const F& layer) {
  std::string description;
  F::visit(layer, [&](const char* setting, const double& value) {
    description += text(description.empty() ? "" : ", ", setting, " ", value);
  });
  return description;
}

}  // namespace detail

/// What layers have in common that apply a function to each number, of any shape; they work in
/// place, and in the last loop of the layer before them. A layer `F : ActivationLayer<F, from>` has
/// - `static constexpr std::string_view name`;
/// - `template <class V> static V value(const V& x, const V& first, const V& second)`: the
///   function for a register full of numbers (`kernels/pack.hpp`, `kernels/elementary.hpp`), given
///   its settings in the order in which `visit` shows them, of which there are at most two;
/// - `template <class V> static V derivative(const V& from, const V& first, const V& second)`, from
///   its result or what it was given;
/// - `static OnnxOperator onnx(const Shape&)`;
///
/// and stands in the list `Activations` (`core/activations.hpp`). One that has settings is not
/// derived from this, so that they can be named where it is made, but from nothing; it has the
/// members itself.
template <class F, DerivativeFrom from>
struct ActivationLayer {
  static constexpr Reads backward_reads{.input = from == DerivativeFrom::input,
                                        .output = from == DerivativeFrom::output};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;

  static constexpr void visit(const auto&, const auto&) {}

  static constexpr Fit<AlwaysFits> fit(const Shape& input) { return {input}; }

  static constexpr Epilogue as_epilogue() {
    return {.activation = detail::activation_of<from>(F{})};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    detail::infer_activation(as_epilogue().activation, pass);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    detail::activation_backward(as_epilogue().activation, pass);
  }
};

}  // namespace TWEED_NAMESPACE
