#pragma once

#include <support/numbers.hpp>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <string_view>

namespace tests {

/// Gives a network's trained tensors the values that networks.py gives them: kernels of a size at
/// which activations neither vanish nor explode, small biases, scales and shifts around 1. Running
/// statistics keep what a new model has, 0 and 1.
template <class NamedTensors>
void fill(const NamedTensors& tensors) {
  std::uint32_t stream = parameter_streams;
  for (const auto& [name, dims, values] : tensors) {
    using T = std::ranges::range_value_t<decltype(values)>;
    const std::string_view tensor = std::string_view(name).substr(name.rfind('.') + 1);
    if (tensor == "mean" || tensor == "variance") continue;
    const bool is_around_one = tensor == "scale" || tensor == "shift";
    const double fan_in =
        static_cast<double>(std::ssize(values)) / static_cast<double>(dims.back());
    const double size = is_around_one ? 0.5 : dims.size() == 1 ? 0.1 : 2.0 / std::sqrt(fan_in);
    const auto filled = numbers<double>(std::ssize(values), stream++, size);
    std::ranges::transform(filled, values.begin(), [&](double value) {
      return static_cast<T>(is_around_one ? 1.0 + value : value);
    });
  }
}

}  // namespace tests
