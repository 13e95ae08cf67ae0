#include <tweed/core/buffer.hpp>
#include <tweed/kernels/kernels.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/streaming.hpp>
#include <tweed/layers/activations.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

using namespace tweed;
using tests::Guarded;

namespace {

constexpr Index many = Index{16} << 20;  // bytes that the caches do not keep

/// A kernel from `from` numbers a sample to `to`, each sample by itself.
struct Streamed {
  std::string name;
  Index from;
  Index to;
  std::function<void(Index batch, const float* x, float* y, int threads)> run;
};

/// `batch` samples, the two of `pattern` in turn.
Buffer<float> samples(const std::vector<float>& pattern, Index batch) {
  const Index size = std::ssize(pattern) / 2;
  Buffer<float> all(batch * size);
  for (Index n = 0; n < batch; ++n) {
    std::copy_n(pattern.data() + n % 2 * size, size, all.data() + n * size);
  }
  return all;
}

/// So many samples that the results are stored past the caches have the bits of two that are not.
void check(const Streamed& kernel) {
  CAPTURE(kernel.name);
  const auto pattern = tests::numbers<float>(2 * kernel.from, 1);
  Guarded<float> expected(2 * kernel.to);
  kernel.run(2, pattern.data(), expected.data(), 1);
  CHECK(expected.intact());
  const Index batch = many / (kernel.to * Index{sizeof(float)}) + 3;
  const auto x = samples(pattern, batch);
  Guarded<float> y(batch * kernel.to);
  kernel.run(batch, x.data(), y.data(), 3);
  CHECK(y.intact());
  Index wrong = 0;
  for (Index n = 0; n < batch; ++n) {
    const auto size = static_cast<std::size_t>(kernel.to);
    const std::span found(y.data() + n * kernel.to, size);
    wrong += tests::same_bits(found, std::span(expected.data() + n % 2 * kernel.to, size)) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

/// Those whose results have the size of what goes in.
std::vector<Streamed> kernels_of_numbers(const Shape& shape) {
  const Index size = shape.size();
  const Index channels = shape.channels;
  const Index pixels = shape.height * shape.width;
  static const auto factors = tests::numbers<float>(256, 2);
  static std::vector<std::byte> memory(1 << 20);
  const auto scratch = [] { return Scratch(memory); };
  const Activation silu = SiLU::as_epilogue().activation;
  const auto batch_of = [shape](const float* x, Index n) {
    return Batch<const float>{x, n, shape};
  };
  return {{"add", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             const std::vector both{batch_of(x, n), batch_of(x, n)};
             kernels::chosen::add<float>(both, {y, n, shape}, Activation::relu, threads);
           }},
          {"multiply", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::multiply<float>(x, x, y, n * size, threads);
           }},
          {"multiply_gradient", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::multiply_gradient<float>(x, x, x, y, nullptr, n * size, threads);
           }},
          {"relu", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::relu<float>(x, y, n * size, threads);
           }},
          {"relu_gradient", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::relu_gradient<float>(x, x, y, n * size, threads);
           }},
          {"apply_activation", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::apply_activation<float>(silu, x, y, n * size, threads);
           }},
          {"activation_gradient", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::activation_gradient<float>(silu, x, x, y, n * size, threads);
           }},
          {"prelu", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::prelu<float>({.pixels = n * pixels,
                                            .channels = channels,
                                            .x = x,
                                            .slopes = factors.data(),
                                            .shares_slope = false,
                                            .y = y,
                                            .scratch = scratch(),
                                            .threads = threads});
           }},
          {"layer_scale", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::layer_scale<float>(n * pixels, channels, x, factors.data(), y,
                                                 threads);
           }},
          {"scale_channels", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::scale_channels<float>({.pixels = n * pixels,
                                                     .channels = channels,
                                                     .x = x,
                                                     .factor = factors.data(),
                                                     .offset = factors.data(),
                                                     .y = y,
                                                     .scratch = scratch(),
                                                     .threads = threads});
           }},
          {"group_norm", size, size,
           [=](Index n, const float* x, float* y, int threads) {
             const kernels::SampleSize sample{n, pixels, channels};
             kernels::chosen::group_norm<float>({.size = sample,
                                                 .groups = 1,
                                                 .x = x,
                                                 .scale = factors.data(),
                                                 .shift = factors.data(),
                                                 .epsilon = 1e-5,
                                                 .y = y,
                                                 .moments = nullptr,
                                                 .scratch = scratch(),
                                                 .threads = threads});
           }},
          {"layer_norm", size, size, [=](Index n, const float* x, float* y, int threads) {
             kernels::chosen::layer_norm<float>({.rows = n * pixels,
                                                 .length = channels,
                                                 .centers = true,
                                                 .x = x,
                                                 .scale = factors.data(),
                                                 .shift = factors.data(),
                                                 .epsilon = 1e-5,
                                                 .y = y,
                                                 .threads = threads});
           }}};
}

/// Those that move pixels or channels.
std::vector<Streamed> kernels_of_images(const Shape& shape) {
  const Index size = shape.size();
  const Index height = shape.height;
  const Index width = shape.width;
  const Index channels = shape.channels;
  const kernels::Box box{
      .whole = {height + 2, width + 3, channels}, .part = shape, .row = 1, .column = 2};
  const auto pairs = kernels::pool_geometry({2, 2}, {2 * height, 2 * width, channels});
  const auto threes = kernels::pool_geometry({3, 2, 1}, shape);
  static const std::vector<kernels::PoolTap> taps(1 << 21, 1);
  const auto blocks = [=](Index n, Index groups) {
    return kernels::Blocks{n * height, width, groups, 1, channels / groups};
  };
  std::vector<Streamed> all{
      {"concat", size, 2 * size,
       [=](Index n, const float* x, float* y, int threads) {
         const std::vector<Batch<const float>> both(2, {x, n, shape});
         kernels::chosen::concat<float>(both, {y, n, {height, width, 2 * channels}}, threads);
       }},
      {"concat_gradient", 2 * size, size,
       [=](Index n, const float* x, float* y, int threads) {
         const std::vector<Batch<float>> second{{nullptr, n, shape}, {y, n, shape}};
         kernels::chosen::concat_gradient<float>({x, n, {height, width, 2 * channels}}, second,
                                                 threads);
       }},
      {"pad", size, box.whole.size(),
       [=](Index n, const float* x, float* y, int threads) {
         kernels::chosen::pad<float>(box, n, x, y, threads);
       }},
      {"crop", box.whole.size(), size,
       [=](Index n, const float* x, float* y, int threads) {
         kernels::chosen::crop<float>(box, n, x, y, threads);
       }},
      {"max_pool", 4 * size, size,
       [=](Index n, const float* x, float* y, int threads) {
         kernels::chosen::max_pool<float>(pairs, n, x, y, nullptr, threads);
       }},
      {"max_pool_gradient 2x2", size, 4 * size,
       [=](Index n, const float* dy, float* dx, int threads) {
         kernels::chosen::max_pool_gradient<float>(pairs, n, dy, taps.data(), dx, threads);
       }},
      {"max_pool_gradient 3x3", threes.output_size(), size,
       [=](Index n, const float* dy, float* dx, int threads) {
         kernels::chosen::max_pool_gradient<float>(threes, n, dy, taps.data(), dx, threads);
       }},
      {"average_pool_gradient", size, 4 * size,
       [=](Index n, const float* dy, float* dx, int threads) {
         kernels::chosen::average_pool_gradient<float>(pairs, n, false, dy, dx, threads);
       }},
      {"global_average_pool_gradient", channels, size,
       [=](Index n, const float* dy, float* dx, int threads) {
         const kernels::SampleSize sample{n, height * width, channels};
         kernels::chosen::global_average_pool_gradient<float>(sample, dy, dx, threads);
       }},
      {"upsample", size, 4 * size, [=](Index n, const float* x, float* y, int threads) {
         kernels::chosen::upsample<float>(shape, n, 2, x, y, threads);
       }}};
  for (const Index groups : {2, 3, 4, 8}) {
    if (channels % groups != 0) continue;
    all.push_back(
        {"unfold_blocks", size, size, [=](Index n, const float* x, float* y, int threads) {
           kernels::chosen::unfold_blocks<float>(blocks(n, groups), x, y, threads);
         }});
    all.push_back({"fold_blocks", size, size, [=](Index n, const float* x, float* y, int threads) {
                     kernels::chosen::fold_blocks<float>(blocks(n, groups), x, y, threads);
                   }});
  }
  return all;
}

}  // namespace

TEST_CASE("streaming: many whole cache lines, each a register, and nothing else") {
  alignas(alignment) const float numbers[2 * alignment] = {};
  const bool fills_lines = kernels::simd::width<float> * Index{sizeof(float)} == alignment;
  CHECK(kernels::is_streamed(numbers, 64, many / 4) == fills_lines);
  CHECK(kernels::is_streamed(numbers + 16, 16, many) == fills_lines);
  CHECK_FALSE(kernels::is_streamed(numbers, 64, many / 4 - 64));
  CHECK_FALSE(kernels::is_streamed(numbers, 24, many));
  CHECK_FALSE(kernels::is_streamed(numbers + 8, 64, many));
}

TEST_CASE("streaming: in order what fills registers, and pieces that share few lines") {
  alignas(alignment) const float numbers[2 * alignment] = {};
  const Index width = kernels::simd::width<float>;
  CHECK(kernels::is_streamed_in_order(numbers + width, 3 * width, many / 4));
  CHECK(kernels::is_streamed_in_order(numbers, many / 4 + 1));
  CHECK_FALSE(kernels::is_streamed_in_order(numbers, many / 4 - 1));
  if (width > 1) {
    CHECK_FALSE(kernels::is_streamed_in_order(numbers, width + 1, many));
    CHECK_FALSE(kernels::is_streamed_in_order(numbers + 1, width, many));
  }
  CHECK(kernels::are_pieces_streamed(numbers, 32, 48, many / 4));
  CHECK(kernels::are_pieces_streamed(numbers + 1, 200, 203, many / 4));
  CHECK_FALSE(kernels::are_pieces_streamed(numbers + 1, 32, 48, many / 4));
  CHECK_FALSE(kernels::are_pieces_streamed(numbers, 32, 40, many / 4));
  CHECK_FALSE(kernels::are_pieces_streamed(numbers, 32, 48, many / 4 - 1));
}

TEST_CASE("streaming: results that leave the caches have the bits of those that stay") {
  // Pixels of whole cache lines, of whole registers of AVX and of neither.
  for (const Shape& shape : {Shape{6, 9, 48}, Shape{7, 5, 24}, Shape{5, 7, 35}}) {
    CAPTURE(to_string(shape));
    for (const Streamed& kernel : kernels_of_numbers(shape)) check(kernel);
    for (const Streamed& kernel : kernels_of_images(shape)) check(kernel);
  }
}
