#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/options.hpp>

#include <string>

namespace tweed {

/// What a `Dense` is, but for the vectors it gets.
struct DenseSettings {
  Index units = 0;

  template <class Settings, class Take>
  static constexpr void visit(Settings& settings, const Take& take) {
    take("units", settings.units);
  }

  /// Kernel [inputs,units] and bias [units].
  constexpr std::array<Parameter, 2> parameters(const Shape& input, Initializer initializer) const {
    return {{{"kernel", {input.channels, units, 1, 1}, 2, initializer, input.channels, units},
             {"bias", {units, 1, 1, 1}, 1, Initializer::zeros}}};
  }

  template <class T>
  void infer(const InferPass<T>& pass, kernels::Activation activation) const {
    kernels::dense<T>({.batch = pass.x.count,
                       .inputs = pass.x.shape.channels,
                       .outputs = units,
                       .x = pass.x.data,
                       .kernel = pass.parameters[0].data(),
                       .bias = pass.parameters[1].data(),
                       .y = pass.y.data,
                       .activation = activation,
                       .scratch = pass.scratch,
                       .threads = pass.threads});
  }
};

namespace detail {

/// Dense layer and, where `activation` says so, a ReLU in one.
template <kernels::Activation activation, Index units, auto... options>
struct FullyConnected {
  static_assert(units > 0, "Dense: there must be at least one unit");
  static_assert(OptionTypes<Initializer>::accept<options...>(),
                "Dense: the only option is Initializer::...");

  static constexpr Initializer initializer =
      option_or<Initializer, options...>(Initializer::glorot_uniform);

  static constexpr std::string_view name = "dense";
  static constexpr DenseSettings settings{units};
  static constexpr Reads backward_reads{.input = true,
                                        .output = activation != kernels::Activation::none};

  enum class Why { fits, input_is_an_image_put_Flatten_before };

  static constexpr Fit<Why> fit(const Shape& input) {
    if (!input.is_vector()) return {input, Why::input_is_an_image_put_Flatten_before};
    return {{1, 1, units}};
  }

  static constexpr std::array<Parameter, 2> parameters(const Shape& input) {
    return settings.parameters(input, initializer);
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape&, Index, int threads) {
    return {.scratch = kernels::dense_scratch_bytes<T>(units, threads)};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    settings.infer(pass, activation);
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    kernels::dense_gradient<T>({.batch = pass.x.count,
                                .inputs = pass.x.shape.channels,
                                .outputs = units,
                                .x = pass.x.data,
                                .kernel = pass.parameters[0].data(),
                                .y = pass.y.data,
                                .dy = pass.dy.data,
                                .dx = pass.dx.data,
                                .kernel_gradient = pass.gradients[0].data(),
                                .bias_gradient = pass.gradients[1].data(),
                                .activation = activation,
                                .scratch = pass.scratch,
                                .threads = pass.threads});
  }

  static constexpr Index multiply_adds(const Shape& input) { return input.channels * units; }

  static std::string describe() { return std::to_string(units); }
};

}  // namespace detail

/// y = x * kernel + bias: [n] to [units]. The only option is an `Initializer` for the kernel
/// (Glorot-uniform by default); the bias starts at zero.
/// Parameters: kernel [inputs,units], bias [units].
template <Index units, auto... options>
struct Dense : detail::FullyConnected<kernels::Activation::none, units, options...> {};

}  // namespace tweed
