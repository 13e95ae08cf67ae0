#include <tweed/kernels/conv/select.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tweed;
using namespace tweed::kernels::conv;

namespace {

Geometry geometry(Index side, Index channels, Index filters, Index kernel, Index stride = 1) {
  const auto axis = slide(side, kernel, stride, Padding::same);
  return {axis, axis, channels, filters};
}

}  // namespace

TEST_CASE("select: without transforms, images of few channels are convolved directly") {
  for (const Index channels : {1, 3, 8}) {
    const Plan plan = select_product(geometry(28, channels, 32, 5));
    CHECK(plan.forward == Algorithm::direct);
    CHECK(plan.input_gradient == Algorithm::im2col);
    CHECK(plan.kernel_gradient == Algorithm::direct);
  }
  for (const Index channels : {9, 32, 512}) {
    const Plan plan = select_product(geometry(28, channels, 64, 5));
    CHECK(plan.forward == Algorithm::im2col);
    CHECK(plan.input_gradient == Algorithm::im2col);
    CHECK(plan.kernel_gradient == Algorithm::im2col);
  }
}

TEST_CASE("select: large kernels over many channels are transformed, in all passes") {
  for (const Geometry& g : {geometry(14, 32, 64, 5), geometry(7, 64, 128, 5)}) {
    const Plan plan = select(g, 100);
    CHECK(plan.is_fft());
    CHECK(plan.input_gradient == Algorithm::fft);
    CHECK(plan.kernel_gradient == Algorithm::fft);
  }
}

TEST_CASE("select: no transform where it does not pay or does not work") {
  CHECK_FALSE(select(geometry(28, 64, 64, 1), 100).is_fft());
  CHECK_FALSE(select(geometry(28, 1, 32, 5), 100).is_fft());
  CHECK_FALSE(select(geometry(28, 64, 64, 5, 2), 100).is_fft());
  CHECK_FALSE(select(geometry(64, 64, 64, 33), 100).is_fft());
  CHECK_FALSE(select(geometry(28, 64, 64, 5), 0).is_fft());
}

TEST_CASE("select: every algorithm has a name") {
  CHECK(name(Algorithm::reference) == std::string("reference"));
  CHECK(name(Algorithm::im2col) == std::string("im2col"));
  CHECK(name(Algorithm::direct) == std::string("direct"));
  CHECK(name(Algorithm::fft) == std::string("fft"));
  CHECK(name(static_cast<Algorithm>(99)) == std::string("unknown"));
}
