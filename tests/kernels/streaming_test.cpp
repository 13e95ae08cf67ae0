#include <tweed/core/buffer.hpp>
#include <tweed/kernels/streaming.hpp>

#include <doctest/doctest.h>

using namespace tweed;

TEST_CASE("streaming: many whole cache lines, and nothing else") {
  constexpr Index many = Index{16} << 20;
  alignas(alignment) const float numbers[2 * alignment] = {};
  CHECK(kernels::is_streamed(numbers, 64, many / 4));
  CHECK(kernels::is_streamed(numbers + 16, 16, many));
  CHECK_FALSE(kernels::is_streamed(numbers, 64, many / 4 - 64));
  CHECK_FALSE(kernels::is_streamed(numbers, 24, many));
  CHECK_FALSE(kernels::is_streamed(numbers + 8, 64, many));
}
