#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/kernels/kernels.hpp>

#include <string>
#include <vector>

namespace TWEED_NAMESPACE {

/// The channels of several groups in turn: the first of each, the second of each, and so on, any
/// shape, which stays (Zhang, Zhou, Lin and Sun, *ShuffleNet*, CVPR 2018).
struct ChannelShuffleLayer {
  Index groups = 0;

  enum class Why { fits, its_groups_must_be_positive, channels_do_not_divide_into_the_groups };

  static constexpr std::string_view name = "channel_shuffle";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("groups", layer.groups);
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (groups < 1) return {input, Why::its_groups_must_be_positive};
    if (input.channels % groups != 0) {
      return {input, Why::channels_do_not_divide_into_the_groups};
    }
    return {input};
  }

  template <class T>
  void infer(const InferPass<T>& pass) const {
    kernels::chosen::unfold_blocks<T>(blocks(pass.x.count, pass.x.shape), pass.x.data, pass.y.data,
                                      pass.threads);
  }

  template <class T>
  void backward(const BackwardPass<T>& pass) const {
    kernels::chosen::fold_blocks<T>(blocks(pass.dx.count, pass.dx.shape), pass.dy.data,
                                    pass.dx.data, pass.threads);
  }

  OnnxOperator onnx(const Shape& input) const {
    const Index pixels = input.height * input.width;
    return {.type = "Reshape",
            .layout = OnnxOperator::Layout::image,
            .integers = {{0, groups, input.channels / groups, pixels}},
            .then = {
                {.type = "Transpose",
                 .attributes = {OnnxAttribute::of("perm", std::vector<Index>{0, 2, 1, 3})}},
                {.type = "Reshape", .integers = {{0, input.channels, input.height, input.width}}}}};
  }

  std::string describe() const { return std::to_string(groups); }

 private:
  /// Each pixel as a block of one row, a group being what a channel is of a block.
  constexpr kernels::Blocks blocks(Index samples, const Shape& shape) const {
    return {.rows = samples * shape.height,
            .columns = shape.width,
            .channels = groups,
            .down = 1,
            .across = shape.channels / groups};
  }
};

/// A shuffle of channels in a network that is a type.
template <Index groups>
struct ChannelShuffle {
  static_assert(groups > 0, "ChannelShuffle: the groups must be positive");

  static constexpr ChannelShuffleLayer value{.groups = groups};
};

}  // namespace TWEED_NAMESPACE
