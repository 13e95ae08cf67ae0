#pragma once

#include <tweed/kernels/kernels.hpp>
#include <tweed/layers/normalization.hpp>
#include <tweed/layers/options.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

namespace detail {

/// What normalisations over the pixels of groups of channels have in common.
template <class T>
constexpr LayerMemory group_norm_memory(const Shape& input, Index groups, Index batch,
                                        int threads) {
  const kernels::GroupNormBytes<T> bytes{{batch, input.height * input.width, input.channels},
                                         groups};
  return {.kept = Scratch::bytes<kernels::GroupMoments>(batch * groups),
          .scratch = bytes.all(threads)};
}

template <class T>
constexpr kernels::SampleSize sample_size(const Batch<T>& x) {
  return {x.count, x.shape.height * x.shape.width, x.shape.channels};
}

template <class T>
void group_norm(const Normalization& norm, Index groups, const InferPass<T>& pass,
                kernels::GroupMoments* moments) {
  kernels::chosen::group_norm<T>({.size = sample_size(pass.x),
                                  .groups = groups,
                                  .x = pass.x.data,
                                  .scale = norm.scale(pass.parameters),
                                  .shift = norm.shift(pass.parameters),
                                  .epsilon = norm.epsilon,
                                  .y = pass.y.data,
                                  .moments = moments,
                                  .activation = pass.epilogue.activation,
                                  .scratch = pass.scratch,
                                  .threads = pass.threads});
}

template <class T>
void group_norm_forward(const Normalization& norm, Index groups, const ForwardPass<T>& pass) {
  group_norm<T>(norm, groups, pass,
                elements_of<kernels::GroupMoments>(pass.kept, pass.x.count * groups));
}

template <class T>
void group_norm_backward(const Normalization& norm, Index groups, const BackwardPass<T>& pass) {
  kernels::chosen::group_norm_gradient<T>(
      {.size = sample_size(pass.x),
       .groups = groups,
       .x = pass.x.data,
       .scale = norm.scale(pass.parameters),
       .shift = norm.shift(pass.parameters),
       .moments = elements_of<kernels::GroupMoments>(pass.kept, pass.x.count * groups),
       .dy = pass.dy.data,
       .dx = pass.dx.data,
       .scale_gradient = norm.scale_gradient(pass),
       .shift_gradient = norm.shift_gradient(pass),
       .activation = pass.epilogue.activation,
       .scratch = pass.scratch,
       .threads = pass.threads});
}

}  // namespace detail

/// Neighbouring channels in groups of equal size, each group of each sample with mean 0 and
/// variance 1 over all its pixels, and then each channel scaled and shifted: y = (x - mean) /
/// sqrt(variance + epsilon) * scale + shift (Wu and He, *Group Normalization*, ECCV 2018).
/// Parameters: scale [c], shift [c].
struct GroupNormLayer {
  Index groups = 32;
  double epsilon = 1e-5;  ///< added to the variance
  bool has_scale = true;
  bool has_shift = true;

  enum class Why {
    fits,
    its_groups_must_be_positive_and_divide_the_channels,
    its_epsilon_must_be_positive,
    a_group_of_one_number_has_no_variance_use_fewer_groups
  };

  static constexpr std::string_view name = "group_norm";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool in_place = true;
  static constexpr bool overwrites_dy = false;
  static constexpr unsigned char takes = folds::activation | folds::any_activation;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("groups", layer.groups);
    take("epsilon", layer.epsilon);
    take("has_scale", layer.has_scale);
    take("has_shift", layer.has_shift);
  }

  constexpr detail::Normalization normalization() const { return {epsilon, has_scale, has_shift}; }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (groups < 1 || input.channels % groups != 0) {
      return {input, Why::its_groups_must_be_positive_and_divide_the_channels};
    }
    if (!(epsilon > 0.0)) return {input, Why::its_epsilon_must_be_positive};
    if (input.size() == groups) {
      return {input, Why::a_group_of_one_number_has_no_variance_use_fewer_groups};
    }
    return {input};
  }

  constexpr TensorList tensors(const Shape& input) const {
    return normalization().tensors(input.channels);
  }

  template <class T>
  constexpr LayerMemory memory(const Shape& input, Index batch, int threads) const {
    return detail::group_norm_memory<T>(input, groups, batch, threads);
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    detail::group_norm<T>(normalization(), groups, pass, nullptr);
  }

  template <class T>
  void forward(const ForwardPass<T>& pass) const {
    detail::group_norm_forward(normalization(), groups, pass);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    detail::group_norm_backward(normalization(), groups, pass);
  }

  /// Each group as a channel of one row, since operator set 13 has InstanceNormalization alone.
  OnnxOperator onnx(const Shape& input) const {
    const auto of_groups = [&](float value) {
      return std::vector<float>(static_cast<std::size_t>(groups), value);
    };
    OnnxOperator what{.type = "Reshape",
                      .layout = OnnxOperator::Layout::image,
                      .integers = {{0, groups, -1}},
                      .has_channel_tensors = true,
                      .tensors_are_for_steps = true};
    what.then.push_back({.type = "InstanceNormalization",
                         .attributes = {OnnxAttribute::of("epsilon", static_cast<float>(epsilon))},
                         .constants = {of_groups(1.0F), of_groups(0.0F)}});
    what.then.push_back(
        {.type = "Reshape", .integers = {{0, input.channels, input.height, input.width}}});
    normalization().add_steps(what.then);
    return what;
  }

  std::string describe() const {
    std::string text = detail::text(groups, groups == 1 ? " group" : " groups");
    const std::string rest = normalization().describe(1e-5);
    if (!rest.empty()) text += ", " + rest;
    return text;
  }
};

/// Group normalisation in a network that is a type: `GroupNorm<32>`. Options, in any order:
/// `Epsilon{1e-5}`, which is the default, `NoScale{}` and `NoShift{}`.
template <Index groups, auto... options>
struct GroupNorm {
  static_assert(groups > 0, "GroupNorm: the number of groups must be positive");
  static_assert(detail::OptionTypes<Epsilon, NoScale, NoShift>::accept<options...>(),
                "GroupNorm: the options are Epsilon{...}, NoScale{} and NoShift{}, each at most "
                "once");

  static constexpr GroupNormLayer value{
      .groups = groups,
      .epsilon = detail::option_or<Epsilon, options...>(1e-5).value(),
      .has_scale = !detail::has_option<NoScale, options...>,
      .has_shift = !detail::has_option<NoShift, options...>};

  static_assert(value.epsilon > 0.0, "GroupNorm: the epsilon must be positive");
};

}  // namespace TWEED_NAMESPACE
