#pragma once

#include <support/naive_max_pool.hpp>

#include <vector>

namespace tests {

/// Average pooling from its definition: every input that a window sees has the same share of its
/// output. It shares nothing with the library's own.
class NaiveAveragePool {
 public:
  using Numbers = std::vector<double>;

  NaiveAveragePool(const PoolCase& c, bool counts_padding)
      : c_(c),
        counts_padding_(counts_padding),
        rows_(c.height, c.window.height, c.stride.height, c.padding.rows, 1, c.ceil_mode),
        columns_(c.width, c.window.width, c.stride.width, c.padding.columns, 1, c.ceil_mode) {}

  Index output_size() const { return rows_.output * columns_.output * c_.channels; }

  Numbers forward(const Numbers& x) const {
    Numbers y(static_cast<std::size_t>(c_.batch * output_size()));
    for_each_share(
        [&](std::size_t from, std::size_t to, double share) { y[to] += share * x[from]; });
    return y;
  }

  Numbers gradient(const Numbers& dy) const {
    Numbers dx(static_cast<std::size_t>(c_.batch * c_.input_size()));
    for_each_share(
        [&](std::size_t to, std::size_t from, double share) { dx[to] += share * dy[from]; });
    return dx;
  }

 private:
  template <class Take>
  void for_each_share(const Take& take) const {
    for (Index output = 0; output < c_.batch * output_size(); ++output) {
      const auto seen = inputs_of(output);
      const std::size_t all = padded_taps(output);
      const double share = 1.0 / static_cast<double>(counts_padding_ ? all : seen.size());
      for (const std::size_t input : seen) take(input, static_cast<std::size_t>(output), share);
    }
  }

  /// How many taps lie on the image or the zeros around it.
  std::size_t padded_taps(Index output) const {
    const Index column = output / c_.channels % columns_.output;
    const Index row = output / c_.channels / columns_.output % rows_.output;
    std::size_t taps = 0;
    for (Index i = 0; i < c_.window.height; ++i) {
      for (Index j = 0; j < c_.window.width; ++j) {
        const bool is_within = row * c_.stride.height + i < rows_.padded &&
                               column * c_.stride.width + j < columns_.padded;
        if (is_within) ++taps;
      }
    }
    return taps;
  }

  std::vector<std::size_t> inputs_of(Index output) const {
    const Index channel = output % c_.channels;
    const Index column = output / c_.channels % columns_.output;
    const Index row = output / c_.channels / columns_.output % rows_.output;
    const Index n = output / output_size();
    std::vector<std::size_t> inputs;
    for (Index i = 0; i < c_.window.height; ++i) {
      for (Index j = 0; j < c_.window.width; ++j) {
        const Index y = row * c_.stride.height + i - rows_.before;
        const Index x = column * c_.stride.width + j - columns_.before;
        if (y < 0 || y >= c_.height || x < 0 || x >= c_.width) continue;
        inputs.push_back(
            static_cast<std::size_t>(((n * c_.height + y) * c_.width + x) * c_.channels + channel));
      }
    }
    return inputs;
  }

  PoolCase c_;
  bool counts_padding_;
  NaiveAxis rows_;
  NaiveAxis columns_;
};

}  // namespace tests
