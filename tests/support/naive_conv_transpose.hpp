#pragma once

#include <support/naive_convolution.hpp>

#include <algorithm>
#include <vector>

namespace tests {

/// A transposed convolution as somebody would describe it: what its padding takes away, and the
/// size that is left.
struct TransposeCase {
  tweed::Shape input;
  Index filters;
  tweed::Window kernel;
  tweed::Stride stride{1};
  tweed::Dilation dilation{1};
  Index top = 0;
  Index left = 0;
  tweed::Shape output;
  Index groups = 1;
};

/// From its definition: a convolution from its output to its input, run backward.
class NaiveConvTranspose {
 public:
  using Numbers = std::vector<double>;

  NaiveConvTranspose(const TransposeCase& c, Index batch)
      : convolution_(convolution_of(c, batch)),
        input_channels_(c.input.channels),
        filters_(c.filters) {}

  Numbers y(const Numbers& x, const Numbers& kernel, const Numbers& bias) const {
    Numbers y = convolution_.input_gradient(kernel, x);
    for (std::size_t i = 0; i < y.size() && !bias.empty(); ++i) y[i] += bias[i % bias.size()];
    return y;
  }

  Numbers dx(const Numbers& kernel, const Numbers& dy) const {
    return convolution_.forward(dy, kernel, Numbers(static_cast<std::size_t>(input_channels_)));
  }

  Numbers kernel_gradient(const Numbers& x, const Numbers& dy) const {
    return convolution_.kernel_gradient(dy, x);
  }

  Numbers bias_gradient(const Numbers& dy) const { return channel_sums(dy, filters_); }

 private:
  static ConvolutionCase convolution_of(const TransposeCase& c, Index batch) {
    // Zeros behind the image, as many as the last window needs.
    const auto behind = [](Index input, Index window, Index stride, Index dilation, Index output,
                           Index before) {
      const Index reached = (input - 1) * stride + (window - 1) * dilation + 1;
      return std::max<Index>(0, reached - before - output);
    };
    const Index bottom = behind(c.input.height, c.kernel.height, c.stride.height, c.dilation.height,
                                c.output.height, c.top);
    const Index right = behind(c.input.width, c.kernel.width, c.stride.width, c.dilation.width,
                               c.output.width, c.left);
    return {.batch = batch,
            .height = c.output.height,
            .width = c.output.width,
            .channels = c.filters,
            .filters = c.input.channels,
            .kernel = c.kernel,
            .stride = c.stride,
            .padding = {c.top, bottom, c.left, right},
            .dilation = c.dilation,
            .groups = c.groups};
  }

  NaiveConvolution convolution_;
  Index input_channels_;
  Index filters_;
};

}  // namespace tests
