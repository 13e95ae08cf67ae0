#pragma once

#include <tweed/core/shape.hpp>

#include <vector>

namespace tests {

/// A dense layer from its definition, in double. It shares nothing with the library's own.
struct NaiveDense {
  using Numbers = std::vector<double>;

  tweed::Index batch;
  tweed::Index inputs;
  tweed::Index outputs;

  Numbers forward(const Numbers& x, const Numbers& kernel, const Numbers& bias) const {
    Numbers y(static_cast<std::size_t>(batch * outputs));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias[i % bias.size()];
    for_each_product([&](auto in, auto weight, auto out) { y[out] += x[in] * kernel[weight]; });
    return y;
  }

  Numbers input_gradient(const Numbers& kernel, const Numbers& dy) const {
    Numbers dx(static_cast<std::size_t>(batch * inputs));
    for_each_product([&](auto in, auto weight, auto out) { dx[in] += dy[out] * kernel[weight]; });
    return dx;
  }

  Numbers kernel_gradient(const Numbers& x, const Numbers& dy) const {
    Numbers gradient(static_cast<std::size_t>(inputs * outputs));
    for_each_product([&](auto in, auto weight, auto out) { gradient[weight] += x[in] * dy[out]; });
    return gradient;
  }

  Numbers bias_gradient(const Numbers& dy) const {
    Numbers gradient(static_cast<std::size_t>(outputs));
    for (std::size_t i = 0; i < dy.size(); ++i) gradient[i % gradient.size()] += dy[i];
    return gradient;
  }

 private:
  /// Calls `body(input, weight, output)` for every product of the definition.
  template <class Body>
  void for_each_product(const Body& body) const {
    for (tweed::Index n = 0; n < batch; ++n) {
      for (tweed::Index i = 0; i < inputs; ++i) {
        for (tweed::Index o = 0; o < outputs; ++o) {
          body(static_cast<std::size_t>(n * inputs + i), static_cast<std::size_t>(i * outputs + o),
               static_cast<std::size_t>(n * outputs + o));
        }
      }
    }
  }
};

}  // namespace tests
