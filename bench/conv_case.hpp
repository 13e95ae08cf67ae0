#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/layer.hpp>
#include <tweed/core/random.hpp>
#include <tweed/kernels/conv/convolution.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tweed::bench {

namespace conv = kernels::conv;

/// A convolution to time.
struct ConvCase {
  std::string name;
  conv::Geometry geometry;
  Index batch;
  bool tiny = false;  ///< enough so for the reference algorithm
};

/// A square image of `side` and `channels`, a square kernel, padding "same".
inline ConvCase conv_case(Index batch, Index side, Index channels, Index filters, Index kernel,
                          Index stride = 1) {
  const auto size = [](Index n) { return std::to_string(n) + "x" + std::to_string(n); };
  const SlidingAxis axis = slide(side, kernel, stride, Padding::same);
  return {.name = size(kernel) + "_" + size(side) + "_" + std::to_string(channels) + "to" +
                  std::to_string(filters) + (stride == 1 ? "" : "_stride" + std::to_string(stride)),
          .geometry = {axis, axis, channels, filters},
          .batch = batch};
}

/// First the three convolutions of the reference network.
inline std::vector<ConvCase> conv_cases() {
  std::vector<ConvCase> cases{conv_case(100, 28, 1, 32, 5),  conv_case(100, 14, 32, 64, 5),
                              conv_case(100, 7, 64, 128, 5), conv_case(8, 56, 64, 64, 3),
                              conv_case(8, 28, 128, 128, 3), conv_case(8, 14, 256, 256, 3),
                              conv_case(16, 28, 32, 32, 7),  conv_case(32, 28, 64, 128, 1),
                              conv_case(32, 32, 3, 32, 5),   conv_case(8, 56, 64, 64, 3, 2)};
  cases.push_back(conv_case(8, 8, 4, 8, 3));
  cases.back().tiny = true;
  return cases;
}

enum class Pass { forward, input_gradient, kernel_gradient };

inline constexpr std::array all_passes{Pass::forward, Pass::input_gradient, Pass::kernel_gradient};

constexpr const char* name(Pass pass) {
  switch (pass) {
    case Pass::forward:
      return "forward";
    case Pass::input_gradient:
      return "input_gradient";
    case Pass::kernel_gradient:
      return "kernel_gradient";
  }
  return "unknown";
}

/// All that a convolution reads, the same random numbers for float and double, and room for what it
/// writes.
template <class T>
class ConvTensors {
 public:
  ConvTensors(const conv::Geometry& g, Index batch, const LayerMemory& memory, int threads)
      : batch_(batch),
        threads_(threads),
        x_(random_numbers(batch * g.input_size(), 0)),
        kernel_(random_numbers(g.kernel_size(), 1)),
        bias_(random_numbers(g.filters, 2)),
        dy_(random_numbers(batch * g.output_size(), 3)),
        y_(batch * g.output_size()),
        dx_(batch * g.input_size()),
        kernel_gradient_(g.kernel_size()),
        bias_gradient_(g.filters),
        kept_(memory.kept),
        scratch_(memory.scratch) {}

  conv::Forward<T> forward() {
    return {.batch = batch_,
            .x = x_.data(),
            .kernel = kernel_.data(),
            .bias = bias_.data(),
            .y = y_.data(),
            .kept = kept_.data(),
            .scratch = Scratch(scratch_.values()),
            .threads = threads_};
  }

  conv::Backward<T> backward() {
    return {.batch = batch_,
            .x = x_.data(),
            .kernel = kernel_.data(),
            .y = y_.data(),
            .dy = dy_.data(),
            .dx = dx_.data(),
            .kernel_gradient = kernel_gradient_.data(),
            .bias_gradient = bias_gradient_.data(),
            .kept = kept_.data(),
            .scratch = Scratch(scratch_.values()),
            .threads = threads_};
  }

  std::span<const T> result(Pass pass) const {
    switch (pass) {
      case Pass::forward:
        return y_.values();
      case Pass::input_gradient:
        return dx_.values();
      case Pass::kernel_gradient:
        return kernel_gradient_.values();
    }
    return {};
  }

 private:
  static Buffer<T> random_numbers(Index count, std::uint32_t stream) {
    Buffer<T> numbers(count);
    std::uint64_t position = 0;
    for (T& number : numbers.values()) {
      const double uniform = random_uniform({.seed = 1, .layer = stream}, position++);
      number = static_cast<T>(static_cast<float>(2.0 * uniform - 1.0));
    }
    return numbers;
  }

  Index batch_;
  int threads_;
  Buffer<T> x_;
  Buffer<T> kernel_;
  Buffer<T> bias_;
  Buffer<T> dy_;
  Buffer<T> y_;
  Buffer<T> dx_;
  Buffer<T> kernel_gradient_;
  Buffer<T> bias_gradient_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
};

/// Samples that results are checked on.
inline constexpr Index checked_batch = 3;

/// The right results for `checked_batch` samples: the reference algorithm in double, run once.
inline const ConvTensors<double>& expected_results(const ConvCase& example) {
  static std::map<std::string, ConvTensors<double>> known;
  if (const auto found = known.find(example.name); found != known.end()) return found->second;
  const auto& g = example.geometry;
  ConvTensors<double> tensors(g, checked_batch, {}, default_threads());
  conv::Reference<double>::forward(g, tensors.forward());
  conv::Reference<double>::input_gradient(g, tensors.backward());
  conv::Reference<double>::kernel_gradient(g, tensors.backward());
  return known.emplace(example.name, std::move(tensors)).first->second;
}

/// The largest difference, relative to the largest expected value; NaN where there is one.
inline double relative_error(std::span<const float> found, std::span<const double> expected) {
  double worst = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(difference <= worst)) worst = difference;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return worst / largest;
}

}  // namespace tweed::bench
