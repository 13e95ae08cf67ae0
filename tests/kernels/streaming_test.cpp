#include <tweed/core/buffer.hpp>
#include <tweed/kernels/simd.hpp>
#include <tweed/kernels/streaming.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("streaming: many whole cache lines, each a register, and nothing else") {
  constexpr Index many = Index{16} << 20;
  alignas(alignment) const float numbers[2 * alignment] = {};
  const bool fills_lines = kernels::simd::width<float> * Index{sizeof(float)} == alignment;
  CHECK(kernels::is_streamed(numbers, 64, many / 4) == fills_lines);
  CHECK(kernels::is_streamed(numbers + 16, 16, many) == fills_lines);
  CHECK_FALSE(kernels::is_streamed(numbers, 64, many / 4 - 64));
  CHECK_FALSE(kernels::is_streamed(numbers, 24, many));
  CHECK_FALSE(kernels::is_streamed(numbers + 8, 64, many));
}
