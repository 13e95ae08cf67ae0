#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/onnx_operator.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/kernels.hpp>

#include <string>

namespace TWEED_NAMESPACE {

/// Some of the channels, side by side: [h,w,c] to [h,w,count], of vectors some of the numbers.
struct ChannelSliceLayer {
  Index first = 0;  ///< counted from 0
  Index count = 0;

  enum class Why {
    fits,
    its_count_must_be_positive_and_its_first_channel_at_least_0,
    its_channels_must_lie_within_those_of_the_input
  };

  static constexpr std::string_view name = "channel_slice";
  static constexpr Reads backward_reads{.input = false, .output = false};
  static constexpr bool overwrites_dy = false;

  template <class Layer, class Take>
  static constexpr void visit(Layer& layer, const Take& take) {
    take("first", layer.first);
    take("count", layer.count);
  }

  constexpr kernels::Box box(const Shape& input) const {
    return {.whole = input, .part = {input.height, input.width, count}, .channel = first};
  }

  constexpr Fit<Why> fit(const Shape& input) const {
    if (count < 1 || first < 0) {
      return {input, Why::its_count_must_be_positive_and_its_first_channel_at_least_0};
    }
    if (first > input.channels - count) {
      return {input, Why::its_channels_must_lie_within_those_of_the_input};
    }
    return {box(input).part};
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

  OnnxOperator onnx(const Shape&) const {
    return {.type = "Slice", .integers = {{first}, {first + count}, {1}}};
  }

  std::string describe() const { return detail::text(first, " to ", first + count - 1); }
};

/// Some channels in a network that is a type: `ChannelSlice<0, 24>` are the first 24. Two of one
/// named value are a split.
template <Index first, Index count>
struct ChannelSlice {
  static_assert(first >= 0 && count > 0,
                "ChannelSlice: give the first channel, at least 0, and how many, at least 1");

  static constexpr ChannelSliceLayer value{.first = first, .count = count};
};

}  // namespace TWEED_NAMESPACE
