#include <tweed/kernels/conv/gradient_parts.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace tweed;
using namespace tweed::kernels::conv;

namespace {

constexpr Geometry geometry(Index side, Index channels, Index filters, Index kernel) {
  const auto axis = slide(side, kernel, 1, Padding::same.rows);
  return {axis, axis, channels, filters};
}

constexpr Index parts(const Geometry& g, Index batch) {
  return gradient_parts(g, batch, g.kernel_size() * 4).count();
}

}  // namespace

TEST_CASE("gradient parts: a sample each, and eight where there is little to do") {
  for (const Index batch : {0, 1, 3, 7}) CHECK(parts(geometry(224, 64, 64, 3), batch) == batch);
  CHECK(parts(geometry(28, 1, 32, 5), 100) == 8);
  CHECK(parts(geometry(14, 32, 64, 5), 100) == 8);
  CHECK(parts(geometry(7, 64, 128, 5), 100) == 8);
}

TEST_CASE("gradient parts: more where each has much to do") {
  CHECK(parts(geometry(14, 32, 64, 5), 1000) == 64);
  CHECK(parts(geometry(224, 64, 64, 3), 64) == 64);
  CHECK(parts(geometry(224, 64, 64, 3), 60) == 60);
}

TEST_CASE("gradient parts: they grow with the batch, in bounded memory, and divide by eight") {
  for (const Geometry& g : {geometry(14, 32, 64, 5), geometry(7, 512, 512, 3),
                            geometry(112, 8, 8, 3), geometry(1 << 14, 1024, 1024, 31)}) {
    const Index bytes = g.kernel_size() * 4;
    Index before = 0;
    for (const Index batch : {1, 8, 9, 50, 100, 500, 10'000, 1'000'000'000}) {
      const Index count = parts(g, batch);
      CHECK(count >= before);
      CHECK((count == batch || count % 8 == 0));
      CHECK(count * bytes <= std::max(8 * bytes, Index{64} << 20));
      before = count;
    }
  }
}
