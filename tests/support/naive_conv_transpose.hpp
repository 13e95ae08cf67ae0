#pragma once

#include <tweed/core/window.hpp>

#include <utility>
#include <vector>

namespace tests {

using tweed::Index;

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

/// From its definition, in double: each pixel adds a kernel's worth of numbers to the output. It
/// shares nothing with the library's own.
class NaiveConvTranspose {
 public:
  using Numbers = std::vector<double>;

  NaiveConvTranspose(const TransposeCase& c, Index batch) : c_(c), batch_(batch) {}

  Numbers y(const Numbers& x, const Numbers& kernel, const Numbers& bias) const {
    Numbers y(size(batch_ * c_.output.size()));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias.empty() ? 0.0 : bias[i % bias.size()];
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      y[out] += x[in] * kernel[weight];
    });
    return y;
  }

  Numbers dx(const Numbers& kernel, const Numbers& dy) const {
    Numbers dx(size(batch_ * c_.input.size()));
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      dx[in] += dy[out] * kernel[weight];
    });
    return dx;
  }

  Numbers kernel_gradient(const Numbers& x, const Numbers& dy) const {
    const Index taps = c_.kernel.height * c_.kernel.width;
    Numbers gradient(size(taps * c_.filters / c_.groups * c_.input.channels));
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      gradient[weight] += x[in] * dy[out];
    });
    return gradient;
  }

  Numbers bias_gradient(const Numbers& dy) const {
    Numbers gradient(size(c_.filters));
    for (std::size_t i = 0; i < dy.size(); ++i) gradient[i % gradient.size()] += dy[i];
    return gradient;
  }

 private:
  static std::size_t size(Index count) { return static_cast<std::size_t>(count); }

  /// Calls `body(input, weight, output)` for every product of the definition.
  template <class Body>
  void for_each_product(const Body& body) const {
    const auto& [input, output] = std::pair(c_.input, c_.output);
    const Index group_filters = c_.filters / c_.groups;
    std::size_t in = 0;
    for (Index n = 0; n < batch_; ++n) {
      for (Index row = 0; row < input.height; ++row) {
        for (Index column = 0; column < input.width; ++column) {
          for (Index c = 0; c < input.channels; ++c, ++in) {
            const Index group = c / (input.channels / c_.groups);
            for (Index i = 0; i < c_.kernel.height; ++i) {
              for (Index j = 0; j < c_.kernel.width; ++j) {
                const Index y = row * c_.stride.height + i * c_.dilation.height - c_.top;
                const Index x = column * c_.stride.width + j * c_.dilation.width - c_.left;
                if (y < 0 || y >= output.height || x < 0 || x >= output.width) continue;
                for (Index f = 0; f < group_filters; ++f) {
                  const Index tap = (i * c_.kernel.width + j) * group_filters + f;
                  const Index pixel = (n * output.height + y) * output.width + x;
                  body(in, size(tap * input.channels + c),
                       size(pixel * c_.filters + group * group_filters + f));
                }
              }
            }
          }
        }
      }
    }
  }

  TransposeCase c_;
  Index batch_;
};

}  // namespace tests
