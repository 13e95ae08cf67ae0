#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/pass.hpp>

#include <cstdint>
#include <random>

namespace tweed::bench {

namespace conv = kernels::conv;

/// All that a convolution reads, the same random numbers in [-1, 1) for float and double, and room
/// for what it writes.
template <class T>
struct ConvTensors {
  conv::Geometry geometry;
  Index batch;
  bool wants_dx;
  Buffer<T> x;                // [n,h,w,c]
  Buffer<T> kernel;           // [kh,kw,c,f]
  Buffer<T> bias;             // [f]
  Buffer<T> dy;               // [n,oh,ow,f]
  Buffer<T> y;                // [n,oh,ow,f]
  Buffer<T> dx;               // [n,h,w,c]
  Buffer<T> kernel_gradient;  // [kh,kw,c,f]
  Buffer<T> bias_gradient;    // [f]

  ConvTensors(const conv::Geometry& g, Index batch_, bool wants_dx_)
      : geometry(g),
        batch(batch_),
        wants_dx(wants_dx_),
        x(random_numbers(batch * g.input_size(), 1)),
        kernel(random_numbers(g.kernel_size(), 2)),
        bias(random_numbers(g.filters, 3)),
        dy(random_numbers(batch * g.output_size(), 4)),
        y(batch * g.output_size()),
        dx(batch * g.input_size()),
        kernel_gradient(g.kernel_size()),
        bias_gradient(g.filters) {}

  /// Without memory, which is the caller's to give.
  conv::Forward<T> forward(int threads) {
    return {.batch = batch,
            .x = x.data(),
            .kernel = kernel.data(),
            .bias = bias.data(),
            .y = y.data(),
            .scratch = {},
            .threads = threads};
  }
  conv::Backward<T> backward(int threads) {
    return {.batch = batch,
            .x = x.data(),
            .kernel = kernel.data(),
            .y = y.data(),
            .dy = dy.data(),
            .dx = wants_dx ? dx.data() : nullptr,
            .kernel_gradient = kernel_gradient.data(),
            .bias_gradient = bias_gradient.data(),
            .scratch = {},
            .threads = threads};
  }

 private:
  static Buffer<T> random_numbers(Index count, std::uint32_t seed) {
    Buffer<T> numbers(count);
    std::mt19937 random(seed);
    for (T& number : numbers.values()) {
      const auto bits = static_cast<std::int32_t>(random() >> 8);
      number = static_cast<T>(bits) * T{0x1.0p-23} - T{1};
    }
    return numbers;
  }
};

}  // namespace tweed::bench
