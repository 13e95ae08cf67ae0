#include <tweed/core/buffer.hpp>
#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/per_image.hpp>
#include <support/convolution_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using tests::ConvolutionCase;
using tests::ConvolutionSample;
using tests::Index;
using namespace tweed::kernels::conv;
namespace kernels = tweed::kernels;

namespace {

FusedPool pool_of(const Geometry& g, Index window, Index stride) {
  const auto axis = [&](Index input) {
    return tweed::slide(input, window, stride, tweed::Padding::valid.rows);
  };
  return {{axis(g.rows.output), axis(g.columns.output), g.filters}};
}

/// Gradients that came through a pool, and what they are before it.
struct PooledSample {
  FusedPool pool;
  std::vector<FusedPool::Tap> taps;
  std::vector<float> dy;
  std::vector<double> delta;

  PooledSample(const Geometry& g, Index batch, const FusedPool& pool_) : pool(pool_) {
    const Index size = pool.geometry.output_size();
    dy = tests::numbers<float>(batch * size, 7);
    for (Index i = 0; i < batch * size; ++i) {
      const Index tap = i * 2654435761 / 64 % 5;
      taps.push_back(tap < 4 ? static_cast<FusedPool::Tap>(tap) : kernels::no_tap<FusedPool::Tap>);
    }
    pool.taps = taps.data();
    std::vector<float> image(static_cast<std::size_t>(g.output_size()));
    for (Index n = 0; n < batch; ++n) {
      kernels::max_pool_gradient_image(pool.geometry, dy.data() + n * size, taps.data() + n * size,
                                       image.data());
      delta.insert(delta.end(), image.begin(), image.end());
    }
  }
};

void check(const ConvolutionCase& c, bool is_fast) {
  CAPTURE(to_string(c));
  const ConvolutionSample s(c);
  const Geometry g = tests::geometry_of(c);
  PooledSample pooled(g, c.batch, pool_of(g, 2, 2));
  CHECK(PooledGradient<float>::fits(g, pooled.pool) == is_fast);

  const auto x = tests::converted<float>(s.x);
  const auto kernel = tests::converted<float>(s.kernel);
  for (const int threads : {1, 3}) {
    const Index bytes = PerImage<float, Direct<float>>::backward_bytes(g, c.batch, threads);
    tweed::Buffer<std::byte> scratch(bytes);
    std::vector<float> kernel_gradient(kernel.size(), NAN);
    std::vector<float> bias_gradient(static_cast<std::size_t>(c.filters), NAN);
    Backward<float> pass{};
    pass.batch = c.batch;
    pass.x = x.data();
    pass.kernel = kernel.data();
    pass.dy = pooled.dy.data();
    pass.kernel_gradient = kernel_gradient.data();
    pass.bias_gradient = bias_gradient.data();
    pass.pool = &pooled.pool;
    pass.scratch = tweed::Scratch(scratch.values());
    pass.threads = threads;
    PerImage<float, Direct<float>>::backward(g, pass);
    std::vector<float> without_bias(kernel.size(), NAN);
    pass.kernel_gradient = without_bias.data();
    pass.bias_gradient = nullptr;
    PerImage<float, Direct<float>>::backward(g, pass);
    CHECK(tests::same_bits(without_bias, kernel_gradient));
    CHECK(tests::relative_error(kernel_gradient, s.naive.kernel_gradient(s.x, pooled.delta)) <
          2e-6);
    CHECK(tests::relative_error(bias_gradient, s.naive.bias_gradient(pooled.delta)) < 2e-6);
  }
}

}  // namespace

TEST_CASE("pooled gradient: agrees with the naive convolution of what the pool lets through") {
  check({13, 28, 28, 1, 32, 5}, true);
  check({2, 7, 9, 2, 16, 3}, true);  // the pool leaves out the last row and column
  check({3, 12, 11, 3, 48, {7, 6}, 1, tests::valid}, true);
  check({2, 9, 8, 2, 16, {5, 4}, 1, {4, 0, 1, 3}}, true);
  check({1, 2, 2, 1, 16, 1}, true);
}

TEST_CASE("pooled gradient: other geometries go the long way") {
  check({2, 13, 13, 1, 16, 3, 2}, false);
  check({2, 8, 8, 1, 13, 3}, tweed::kernels::simd::width<float> == 1);  // whole registers
  const Geometry g = tests::geometry_of({1, 12, 12, 1, 16, 3});
  CHECK(PooledGradient<float>::fits(g, pool_of(g, 2, 2)));
  CHECK_FALSE(PooledGradient<float>::fits(g, pool_of(g, 3, 2)));
  CHECK_FALSE(PooledGradient<float>::fits(g, pool_of(g, 2, 1)));
}
