#include <tweed/kernels/conv/algorithm.hpp>
#include <support/transformed_check.hpp>

using tests::ConvolutionCase;
using tests::ConvolutionSample;
using tweed::Algorithm;
using tweed::Index;
using namespace tweed::kernels::conv;

namespace {

/// Both variants in both types; their errors in float are the larger the larger the tiles.
void check(const ConvolutionCase& c, int threads) {
  const ConvolutionSample sample(c);
  tests::check_transformed<float>(Algorithm::winograd4, sample, threads, 4e-6);
  tests::check_transformed<float>(Algorithm::winograd6, sample, threads, 1e-5);
  tests::check_transformed<double>(Algorithm::winograd4, sample, threads, 1e-13);
  tests::check_transformed<double>(Algorithm::winograd6, sample, threads, 1e-13);
}

}  // namespace

TEST_CASE("winograd: odd and special geometries agree with the naive convolution") {
  using tests::same, tests::valid;
  for (const auto& c : std::vector<ConvolutionCase>{{0, 5, 4, 3, 2, 3},
                                                    {1, 1, 1, 1, 1, 3},
                                                    {2, 2, 3, 3, 5, 3},
                                                    {1, 4, 4, 16, 16, 3},
                                                    {2, 6, 12, 5, 7, 3},
                                                    {2, 13, 11, 17, 33, 3},
                                                    {3, 7, 9, 4, 6, 3, 1, valid},
                                                    {1, 3, 3, 2, 3, 3, 1, valid}}) {
    check(c, 2);
  }
}

TEST_CASE("winograd: zeros of another number on each side agree with the naive convolution") {
  int checked = 0;
  for (const auto& c : tests::padded_convolutions()) {
    if (!winograd_supports(tests::geometry_of(c))) continue;
    check(c, 2);
    ++checked;
  }
  CHECK(checked >= 4);
}

TEST_CASE("winograd: random geometries agree with the naive convolution") {
  int checked = 0;
  for (auto c : tests::random_convolutions(300, 24)) {
    c.stride = {1, 1};
    c.kernel = {3, 3};
    if (!c.padding.is_at_most(2, 2)) c.padding = {2, 0, 1, 2};
    const auto g = tests::geometry_of(c);
    if (g.output_size() == 0 || c.batch * g.multiplications() > 600'000) continue;
    check(c, checked % 3 + 1);
    ++checked;
  }
  CHECK(checked >= 200);
}

TEST_CASE("winograd: any number of threads gives the same bits") {
  tests::check_transformed_threads(Algorithm::winograd4, {21, 9, 6, 9, 11, 3});
  tests::check_transformed_threads(Algorithm::winograd6, {3, 40, 30, 5, 6, 3});
  tests::check_transformed_threads(Algorithm::winograd4, {1, 70, 62, 40, 33, 3});
}

TEST_CASE("winograd: 3x3 kernels that move by one pixel") {
  CHECK(winograd_supports(tests::geometry_of({2, 8, 8, 3, 4, 3})));
  CHECK_FALSE(winograd_supports(tests::geometry_of({2, 8, 8, 3, 4, 3, 2})));
  CHECK_FALSE(winograd_supports(tests::geometry_of({2, 8, 8, 3, 4, 5})));
  CHECK_FALSE(winograd_supports(tests::geometry_of({2, 8, 8, 3, 4, {3, 1}})));
}
