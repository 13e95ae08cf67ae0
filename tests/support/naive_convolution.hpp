#pragma once

#include <support/naive_axis.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tests {

inline constexpr tweed::Padding same = tweed::Padding::same;
inline constexpr tweed::Padding valid = tweed::Padding::valid;

/// A convolution as somebody would describe it.
struct ConvolutionCase {
  Index batch = 1;
  Index height = 1;
  Index width = 1;
  Index channels = 1;
  Index filters = 1;
  tweed::Window kernel{1};
  tweed::Stride stride{1};
  tweed::Padding padding = tweed::Padding::same;
  tweed::Dilation dilation{1};
  Index groups = 1;

  Index kernel_size() const { return kernel.height * kernel.width * channels / groups * filters; }
  Index input_size() const { return height * width * channels; }
};

inline std::string to_string(const ConvolutionCase& c) {
  const auto size = [](Index height, Index width) {
    return std::to_string(height) + "x" + std::to_string(width);
  };
  return std::to_string(c.batch) + " x " + size(c.height, c.width) + "x" +
         std::to_string(c.channels) + " to " + std::to_string(c.filters) + ", kernel " +
         size(c.kernel.height, c.kernel.width) + ", stride " +
         size(c.stride.height, c.stride.width) + ", " + to_string(c.padding) + ", dilation " +
         size(c.dilation.height, c.dilation.width) + ", groups " + std::to_string(c.groups);
}

/// The sum of each of so many channels over all pixels.
inline std::vector<double> channel_sums(const std::vector<double>& numbers, Index channels) {
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < numbers.size(); ++i) sums[i % sums.size()] += numbers[i];
  return sums;
}

/// Convolution from its definition, in double: the image is copied into one with zeros around it,
/// and then there are seven loops. It shares nothing with the library's own.
class NaiveConvolution {
 public:
  using Numbers = std::vector<double>;

  explicit NaiveConvolution(const ConvolutionCase& c)
      : c_(c),
        rows_(c.height, c.kernel.height, c.stride.height, c.padding.rows, c.dilation.height),
        columns_(c.width, c.kernel.width, c.stride.width, c.padding.columns, c.dilation.width) {}

  Index output_height() const { return rows_.output; }
  Index output_width() const { return columns_.output; }
  Index output_size() const { return rows_.output * columns_.output * c_.filters; }

  Numbers forward(const Numbers& x, const Numbers& kernel, const Numbers& bias) const {
    const Numbers padded = pad(x);
    Numbers y(size(c_.batch * output_size()));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias[i % bias.size()];
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      y[out] += padded[in] * kernel[weight];
    });
    return y;
  }

  Numbers input_gradient(const Numbers& kernel, const Numbers& dy) const {
    Numbers padded(size(c_.batch * padded_size()));
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      padded[in] += dy[out] * kernel[weight];
    });
    return crop(padded);
  }

  Numbers kernel_gradient(const Numbers& x, const Numbers& dy) const {
    const Numbers padded = pad(x);
    Numbers gradient(size(c_.kernel_size()));
    for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
      gradient[weight] += padded[in] * dy[out];
    });
    return gradient;
  }

  Numbers bias_gradient(const Numbers& dy) const { return channel_sums(dy, c_.filters); }

 private:
  static std::size_t size(Index count) { return static_cast<std::size_t>(count); }

  Index padded_size() const { return rows_.padded * columns_.padded * c_.channels; }

  /// Calls `body(index in the image, index in the image with zeros around it)`.
  template <class Body>
  void for_each_pixel(const Body& body) const {
    std::size_t i = 0;
    for (Index n = 0; n < c_.batch; ++n) {
      for (Index y = 0; y < c_.height; ++y) {
        for (Index x = 0; x < c_.width; ++x) {
          for (Index c = 0; c < c_.channels; ++c) {
            const Index row = n * rows_.padded + rows_.before + y;
            const Index pixel = row * columns_.padded + columns_.before + x;
            body(i++, size(pixel * c_.channels + c));
          }
        }
      }
    }
  }

  Numbers pad(const Numbers& x) const {
    Numbers padded(size(c_.batch * padded_size()));
    for_each_pixel([&](std::size_t inner, std::size_t outer) { padded[outer] = x[inner]; });
    return padded;
  }

  Numbers crop(const Numbers& padded) const {
    Numbers x(size(c_.batch * c_.input_size()));
    for_each_pixel([&](std::size_t inner, std::size_t outer) { x[inner] = padded[outer]; });
    return x;
  }

  /// Calls `body(input, weight, output)` for every product of the definition.
  template <class Body>
  void for_each_product(const Body& body) const {
    std::size_t out = 0;
    for (Index n = 0; n < c_.batch; ++n) {
      for (Index row = 0; row < rows_.output; ++row) {
        for (Index column = 0; column < columns_.output; ++column) {
          for (Index f = 0; f < c_.filters; ++f, ++out) {
            for (Index i = 0; i < c_.kernel.height; ++i) {
              for (Index j = 0; j < c_.kernel.width; ++j) {
                const Index depth = c_.channels / c_.groups;
                const Index group = f * c_.groups / c_.filters;
                for (Index c = 0; c < depth; ++c) {
                  const Index y =
                      n * rows_.padded + row * c_.stride.height + i * c_.dilation.height;
                  const Index x = column * c_.stride.width + j * c_.dilation.width;
                  const Index tap = (i * c_.kernel.width + j) * depth + c;
                  body(size((y * columns_.padded + x) * c_.channels + group * depth + c),
                       size(tap * c_.filters + f), out);
                }
              }
            }
          }
        }
      }
    }
  }

  ConvolutionCase c_;
  NaiveAxis rows_;
  NaiveAxis columns_;
};

}  // namespace tests
