#pragma once

#include <tweed/kernels/conv/pass.hpp>
#include <support/convolution_check.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace tests {

template <class T>
struct PassResults {
  std::vector<T> y, y_inferred, dx, kernel_gradient, bias_gradient;
};

/// All passes of a convolution, in memory full of NaN and in exactly as much of it as they ask for.
/// `Passes` has `forward` and `backward`, which get a pass, and `kept_bytes`, `forward_bytes` and
/// `backward_bytes`. What is not wanted stays NaN.
template <class T, class Passes>
PassResults<T> run_passes(const Passes& passes, const ConvolutionSample& s,
                          tweed::kernels::Activation activation, int threads, bool with_dx = true,
                          bool with_bias = true) {
  const auto g = geometry_of(s.c);
  const auto x = converted<T>(s.x);
  const auto kernel = converted<T>(s.kernel);
  const auto bias = converted<T>(s.bias);
  const auto dy = converted<T>(s.dy);
  Guarded<std::byte> kept(passes.kept_bytes());
  Guarded<T> y(s.c.batch * g.output_size());
  const auto forward = [&](std::span<std::byte> kept_memory) {
    Guarded<std::byte> scratch(passes.forward_bytes());
    passes.forward({.batch = s.c.batch,
                    .x = x.data(),
                    .kernel = kernel.data(),
                    .bias = with_bias ? bias.data() : nullptr,
                    .y = y.data(),
                    .activation = activation,
                    .kept = kept_memory,
                    .scratch = tweed::Scratch(scratch.values()),
                    .threads = threads});
    CHECK(scratch.intact());
    CHECK(kept.intact());
    CHECK(y.intact());
    return y.copy();
  };
  PassResults<T> result;
  result.y_inferred = forward({});
  result.y = forward(kept.values());
  Guarded<T> dx(s.c.batch * g.input_size());
  Guarded<T> kernel_gradient(g.kernel_size());
  Guarded<T> bias_gradient(g.filters);
  Guarded<std::byte> scratch(passes.backward_bytes());
  passes.backward({.batch = s.c.batch,
                   .x = x.data(),
                   .kernel = kernel.data(),
                   .y = activation == tweed::kernels::Activation::none ? nullptr : y.data(),
                   .dy = dy.data(),
                   .dx = with_dx ? dx.data() : nullptr,
                   .kernel_gradient = kernel_gradient.data(),
                   .bias_gradient = with_bias ? bias_gradient.data() : nullptr,
                   .activation = activation,
                   .kept = kept.values(),
                   .scratch = tweed::Scratch(scratch.values()),
                   .threads = threads});
  for (const bool intact : {scratch.intact(), kept.intact(), y.intact(), dx.intact(),
                            kernel_gradient.intact(), bias_gradient.intact()}) {
    CHECK(intact);
  }
  result.dx = dx.copy();
  result.kernel_gradient = kernel_gradient.copy();
  result.bias_gradient = bias_gradient.copy();
  return result;
}

/// Whether two runs wrote the same bits.
template <class T>
void check_same_bits(const PassResults<T>& found, const PassResults<T>& expected) {
  CHECK(same_bits(found.y, expected.y));
  CHECK(same_bits(found.dx, expected.dx));
  CHECK(same_bits(found.kernel_gradient, expected.kernel_gradient));
  CHECK(same_bits(found.bias_gradient, expected.bias_gradient));
}

/// The largest difference relative to the largest value, or to what a sum of so many random
/// products is about where all are smaller: the transforms' rounding errors follow their input, and
/// a single sum may cancel.
template <class T>
double error_of(const std::vector<T>& found, const std::vector<double>& expected, Index terms) {
  double worst = 0.0;
  double largest = std::sqrt(static_cast<double>(terms)) / 3.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(difference <= worst)) worst = difference;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return worst == 0.0 ? 0.0 : worst / largest;
}

}  // namespace tests
