#pragma once

#include <tweed/core/double_option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/normalization.hpp>
#include <tweed/layers/options.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// Each channel with mean 0 and variance 1, then scaled and shifted: y = (x - mean) / sqrt(variance
/// + epsilon) * scale + shift, any shape (Ioffe and Szegedy, *Batch Normalization*, ICML 2015).
/// Training takes mean and variance of the batch, over all pixels of all samples, of which there
/// must be two at least; inference takes running ones. Parameters: scale [c], shift [c], each of
/// which may be left out; state: mean [c], variance [c].
struct BatchNormLayer {
  /// What stays of the running mean and variance at each step; 1 minus that is what PyTorch calls
  /// momentum.
  double momentum = 0.9;
  double epsilon = 1e-5;  ///< added to the variance
  bool has_scale = true;
  bool has_shift = true;

  enum class Why { fits, its_momentum_must_lie_in_0_to_1_without_1, its_epsilon_must_be_positive };

  static constexpr std::string_view name = "batch_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation | folds::any_activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("momentum", layer.momentum);
    take("epsilon", layer.epsilon);
    take("has_scale", layer.has_scale, true);
    take("has_shift", layer.has_shift, true);
  }

  constexpr detail::Normalization normalization() const { return {epsilon, has_scale, has_shift}; }

  static constexpr Epilogue as_epilogue() { return {.normalize = true}; }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (!(momentum >= 0.0 && momentum < 1.0)) {
      return {input, Why::its_momentum_must_lie_in_0_to_1_without_1};
    }
    if (!(epsilon > 0.0)) return {input, Why::its_epsilon_must_be_positive};
    return {input};
  }

  constexpr TensorList tensors(const Shape& input) const {
    TensorList list = normalization().tensors(input.channels);
    const auto add_state = [&](std::string_view state_name, Initializer initializer) {
      list.add({.name = state_name,
                .dims = {input.channels, 1, 1, 1},
                .initializer = initializer,
                .role = Role::state});
    };
    add_state("mean", Initializer::zeros);
    add_state("variance", Initializer::ones);
    return list;
  }

  template <class T>
  static constexpr LayerMemory memory(const Shape& input, Index, int threads) {
    const Index channels = input.channels;
    return {.kept = Scratch::bytes<T>(3 * channels),
            .scratch = std::max(kernels::batch_norm_scratch_bytes<T>(channels, threads),
                                2 * Scratch::bytes<T>(channels) +
                                    kernels::scale_channels_scratch_bytes<T>(channels))};
  }

  /// What it does in inference, for each channel.
  template <class T>
  void affine(const AffinePass<T>& pass) const {
    const auto norm = normalization();
    kernels::chosen::batch_norm_scaling<T>(std::ssize(pass.factor), norm.scale(pass.parameters),
                                           norm.shift(pass.parameters), pass.state[0].data(),
                                           pass.state[1].data(), epsilon, pass.factor.data(),
                                           pass.offset.data());
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    const auto channels = static_cast<std::size_t>(pass.x.shape.channels);
    Scratch scratch = pass.scratch;
    const std::span<T> factor{scratch.take<T>(pass.x.shape.channels), channels};
    const std::span<T> offset{scratch.take<T>(pass.x.shape.channels), channels};
    affine<T>({pass.parameters, pass.state, factor, offset});
    kernels::chosen::scale_channels<T>({.pixels = pixels(pass.x.count, pass.x.shape),
                                        .channels = pass.x.shape.channels,
                                        .x = pass.x.data,
                                        .factor = factor.data(),
                                        .offset = offset.data(),
                                        .y = pass.y.data,
                                        .activation = pass.epilogue.activation,
                                        .scratch = scratch,
                                        .threads = pass.threads});
  }

  /// Throws Error for a batch of a single pixel.
  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    kernels::chosen::batch_norm<T>({.pixels = pixels(pass.x.count, pass.x.shape),
                                    .channels = pass.x.shape.channels,
                                    .x = pass.x.data,
                                    .scale = normalization().scale(pass.parameters),
                                    .shift = normalization().shift(pass.parameters),
                                    .epsilon = epsilon,
                                    .y = pass.y.data,
                                    .statistics = statistics<T>(pass.kept, pass.x.shape.channels),
                                    .activation = pass.epilogue.activation,
                                    .scratch = pass.scratch,
                                    .threads = pass.threads});
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::batch_norm_gradient<T>(
        {.pixels = pixels(pass.x.count, pass.x.shape),
         .channels = pass.x.shape.channels,
         .x = pass.x.data,
         .scale = normalization().scale(pass.parameters),
         .shift = normalization().shift(pass.parameters),
         .epsilon = epsilon,
         .statistics = statistics<const T>(pass.kept, pass.x.shape.channels),
         .dy = pass.dy.data,
         .dx = pass.dx.data,
         .scale_gradient = normalization().scale_gradient(pass),
         .shift_gradient = normalization().shift_gradient(pass),
         .activation = pass.epilogue.activation,
         .scratch = pass.scratch,
         .threads = pass.threads});
  }

  /// running = momentum * running + (1 - momentum) * batch. Of the variance it takes what estimates
  /// that of all data: the sum of squares divided by one less than the number of pixels.
  template <class T>
  void commit(const CommitPass<T>& pass) const {
    const auto batch = statistics<const T>(pass.kept, pass.input.channels);
    const auto count = static_cast<double>(pixels(pass.count, pass.input));
    const Index channels = pass.input.channels;
    kernels::chosen::move_average<T>(channels, momentum, 1.0, 1.0, batch.mean,
                                     pass.state[0].data());
    kernels::chosen::move_average<T>(channels, momentum, count, count - 1.0, batch.variance,
                                     pass.state[1].data());
  }

  OnnxOperator onnx(const Shape& input) const {
    OnnxOperator what{.type = "BatchNormalization",
                      .attributes = {OnnxAttribute::of("epsilon", static_cast<float>(epsilon))}};
    const auto channels = static_cast<std::size_t>(input.channels);
    if (!has_scale) what.constants.push_back(std::vector<float>(channels, 1.0F));
    if (!has_shift) what.constants.push_back(std::vector<float>(channels, 0.0F));
    what.tensors_before_constants = has_scale && !has_shift ? 1 : 0;
    return what;
  }

  std::string describe() const {
    const std::string rest = normalization().describe(1e-5);
    if (momentum == BatchNormLayer{}.momentum) return rest;
    return detail::text("momentum ", momentum, rest.empty() ? "" : ", ", rest);
  }

 private:
  static constexpr Index pixels(Index samples, const Shape& shape) {
    return samples * shape.height * shape.width;
  }

  /// What forward keeps.
  template <class T, class Byte>
  static kernels::BatchStatistics<T> statistics(std::span<Byte> kept, Index channels) {
    T* const first = elements_of<std::remove_const_t<T>>(kept, 3 * channels);
    return {first, first + channels, first + 2 * channels};
  }
};

/// What stays of a running mean at each step: `BatchNorm<Momentum{0.99}>`.
struct Momentum : DoubleOption {
  consteval Momentum(double value) : DoubleOption(value) {}
};

/// Batch normalisation in a network that is a type. Options, in any order: `Momentum{0.9}` and
/// `Epsilon{1e-5}`, which are the defaults, `NoScale{}` and `NoShift{}`.
template <auto... options>
struct BatchNorm {
  static_assert(detail::OptionTypes<Momentum, Epsilon, NoScale, NoShift>::accept<options...>(),
                "BatchNorm: the options are Momentum{...}, Epsilon{...}, NoScale{} and NoShift{}, "
                "each at most once");

  static constexpr BatchNormLayer value{
      .momentum = detail::option_or<Momentum, options...>(0.9).value(),
      .epsilon = detail::option_or<Epsilon, options...>(1e-5).value(),
      .has_scale = !detail::has_option<NoScale, options...>,
      .has_shift = !detail::has_option<NoShift, options...>};

  static_assert(value.momentum >= 0.0 && value.momentum < 1.0,
                "BatchNorm: the momentum must lie in [0, 1)");
  static_assert(value.epsilon > 0.0, "BatchNorm: the epsilon must be positive");
};

}  // namespace TWEED_NAMESPACE
