#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <support/transformed_check.hpp>

using tests::ConvolutionCase;
using tests::ConvolutionSample;
using tweed::Algorithm;
using tweed::Index;
using tweed::kernels::Activation;
using namespace tweed::kernels::conv;

namespace {

TransformLayout<float> layout_of(const ConvolutionCase& c) {
  const auto g = tests::geometry_of(c);
  return {FourierAlgorithm::kind(g), g, c.batch};
}

void check(const ConvolutionCase& c, int threads) {
  REQUIRE(best_fft_size(tests::geometry_of(c)) > 0);
  const ConvolutionSample sample(c);
  tests::check_transformed<float>(Algorithm::fft, sample, threads, 2e-6);
  tests::check_transformed<double>(Algorithm::fft, sample, threads, tests::rounding<double>);
}

}  // namespace

TEST_CASE("fft: special geometries agree with the naive convolution") {
  for (const auto& cases : {tests::special_convolutions(), tests::padded_convolutions()}) {
    int checked = 0;
    for (const auto& c : cases) {
      if (best_fft_size(tests::geometry_of(c)) == 0) continue;
      check(c, 2);
      ++checked;
    }
    CHECK(checked >= 8);
  }
}

TEST_CASE("fft: random geometries agree with the naive convolution") {
  int checked = 0;
  for (auto c : tests::random_convolutions(300, 23)) {
    c.stride = {1, 1};
    if (c.batch * tests::geometry_of(c).multiplications() > 600'000) continue;
    check(c, checked % 3 + 1);
    ++checked;
  }
  CHECK(checked >= 200);
}

TEST_CASE("fft: each transform size, whole images and tiles") {
  using tests::same, tests::valid;
  struct SizedCase {
    Index size;
    ConvolutionCase c;
  };
  for (const SizedCase& sized : std::vector<SizedCase>{
           {8, {3, 6, 6, 5, 9, 5}},                     // whole
           {9, {3, 7, 7, 9, 5, 5}},                     //
           {16, {2, 14, 14, 3, 8, 5}},                  //
           {32, {1, 28, 28, 2, 3, 5}},                  //
           {16, {2, 40, 23, 2, 3, 3}},                  // tiles
           {16, {1, 61, 5, 3, 2, {7, 2}, 1, valid}},    // tiles one way, whole the other
           {32, {1, 20, 20, 1, 1, {16, 16}, 1, valid}}  // a kernel of many taps
       }) {
    CAPTURE(to_string(sized.c));
    CHECK(best_fft_size(tests::geometry_of(sized.c)) == sized.size);
    check(sized.c, 2);
  }
}

TEST_CASE("fft: any number of threads gives the same bits") {
  tests::check_transformed_threads(Algorithm::fft, {21, 6, 6, 9, 11, 3});
  tests::check_transformed_threads(Algorithm::fft, {2, 40, 23, 5, 6, 3});
  tests::check_transformed_threads(Algorithm::fft, {1, 70, 50, 33, 40, 5});  // blocks of an image
}

TEST_CASE("fft: large kernels share out slots, not images") {
  const ConvolutionCase c{3, 4, 4, 160, 176, 3};
  REQUIRE(layout_of(c).by_slots);
  const ConvolutionSample sample(c);
  tests::check_transformed<float>(Algorithm::fft, sample, 2, 2e-6);
  tests::check_transformed_threads(Algorithm::fft, c);
}

TEST_CASE("fft: more tiles than are multiplied at a time") {
  const ConvolutionCase c{64, 2, 2, 512, 56, 3};
  REQUIRE(layout_of(c).by_slots);
  tests::check_transformed<float>(Algorithm::fft, ConvolutionSample(c), 2, 2e-6);
}

TEST_CASE("fft: several tiles of an image, transformed again or kept") {
  for (const bool keeps : {false, true}) {
    CAPTURE(keeps);
    const ConvolutionCase c =
        keeps ? ConvolutionCase{5, 20, 19, 33, 24, 5} : ConvolutionCase{5, 61, 47, 3, 2, 5};
    const auto layout = layout_of(c);
    REQUIRE(layout.tiles_per_image > 1);
    REQUIRE(!layout.by_slots);
    REQUIRE(layout.keeps_input == keeps);
    tests::check_transformed<float>(Algorithm::fft, ConvolutionSample(c), 2, 2e-6);
    tests::check_transformed_threads(Algorithm::fft, c);
  }
}

TEST_CASE("fft: kernels and images that are stored past the caches") {
  tests::check_transformed<float>(Algorithm::fft, ConvolutionSample({2, 3, 4, 256, 272, 3}), 2,
                                  2e-6);
  tests::check_transformed<float>(Algorithm::fft, ConvolutionSample({1, 512, 512, 1, 16, 3}), 2,
                                  2e-6);
}

TEST_CASE("fft: batches of several blocks") {
  const ConvolutionCase c{300, 28, 28, 1, 2, 5};
  const auto layout = layout_of(c);
  REQUIRE(layout.block_tiles < layout.tiles());
  tests::check_transformed<float>(Algorithm::fft, ConvolutionSample(c), 2, 2e-6);
}

TEST_CASE("fft: the first layer needs no input gradient") {
  const ConvolutionSample sample({3, 6, 6, 4, 5, 3});
  const auto with = tests::run_transformed<float>(Algorithm::fft, sample, Activation::none, 2);
  const auto without =
      tests::run_transformed<float>(Algorithm::fft, sample, Activation::none, 2, false);
  CHECK(tests::same_bits(with.kernel_gradient, without.kernel_gradient));
  CHECK(tests::same_bits(with.bias_gradient, without.bias_gradient));
}

TEST_CASE("fft: strides and huge kernels are not for it") {
  CHECK(best_fft_size(tests::geometry_of({2, 8, 8, 3, 4, 3, 2})) == 0);
  CHECK(best_fft_size(tests::geometry_of({1, 40, 40, 3, 4, {33, 3}})) == 0);
}
