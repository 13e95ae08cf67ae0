#pragma once

#include <support/naive_convolution.hpp>

#include <optional>
#include <vector>

namespace tests {

/// A max-pool as somebody would describe it.
struct PoolCase {
  Index batch = 1;
  Index height = 1;
  Index width = 1;
  Index channels = 1;
  tweed::Window window{1};
  tweed::Stride stride{1};
  tweed::Padding padding = tweed::Padding::valid;
  bool ceil_mode = false;

  Index input_size() const { return height * width * channels; }
};

inline std::string to_string(const PoolCase& c) {
  return std::string(c.ceil_mode ? "pool with ceil_mode of " : "pool of ") +
         to_string(ConvolutionCase{c.batch, c.height, c.width, c.channels, 1, c.window, c.stride,
                                   c.padding});
}

/// Max-pooling from its definition: collect what a window sees, take the first of the largest. It
/// shares nothing with the library's own.
class NaiveMaxPool {
 public:
  explicit NaiveMaxPool(const PoolCase& c)
      : c_(c),
        rows_(c.height, c.window.height, c.stride.height, c.padding.rows, 1, c.ceil_mode),
        columns_(c.width, c.window.width, c.stride.width, c.padding.columns, 1, c.ceil_mode) {}

  Index output_size() const { return rows_.output * columns_.output * c_.channels; }

  /// For each output, the position in the whole batch's input that it came from.
  std::vector<std::size_t> winners(const std::vector<double>& x) const {
    std::vector<std::size_t> result;
    for (Index n = 0; n < c_.batch; ++n) {
      for (Index row = 0; row < rows_.output; ++row) {
        for (Index column = 0; column < columns_.output; ++column) {
          for (Index c = 0; c < c_.channels; ++c) {
            std::optional<std::size_t> best;
            for (Index i = 0; i < c_.window.height; ++i) {
              for (Index j = 0; j < c_.window.width; ++j) {
                const Index y = row * c_.stride.height + i - rows_.before;
                const Index at = column * c_.stride.width + j - columns_.before;
                if (y < 0 || y >= c_.height || at < 0 || at >= c_.width) continue;
                const auto position = static_cast<std::size_t>(
                    ((n * c_.height + y) * c_.width + at) * c_.channels + c);
                if (!best || x[position] > x[*best]) best = position;
              }
            }
            result.push_back(best.value());
          }
        }
      }
    }
    return result;
  }

  std::vector<double> forward(const std::vector<double>& x) const {
    std::vector<double> y;
    for (const std::size_t winner : winners(x)) y.push_back(x[winner]);
    return y;
  }

  std::vector<double> gradient(const std::vector<double>& x, const std::vector<double>& dy) const {
    std::vector<double> dx(x.size());
    const auto from = winners(x);
    for (std::size_t i = 0; i < dy.size(); ++i) dx[from[i]] += dy[i];
    return dx;
  }

 private:
  PoolCase c_;
  NaiveAxis rows_;
  NaiveAxis columns_;
};

}  // namespace tests
