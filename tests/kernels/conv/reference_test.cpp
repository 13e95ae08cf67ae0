#include <tweed/kernels/conv/reference.hpp>
#include <support/convolution_check.hpp>

using tweed::kernels::conv::Reference;

namespace {

/// Plain sums lose more digits than blocked ones.
constexpr double float_tolerance = 1e-5;

}  // namespace

TEST_CASE("reference: special geometries agree with the naive convolution") {
  for (const auto& c : tests::special_convolutions()) {
    tests::check_algorithm<Reference>(tests::ConvolutionSample(c), 2, float_tolerance);
  }
}

TEST_CASE("reference: random geometries agree with the naive convolution") {
  int threads = 0;
  for (const auto& c : tests::random_convolutions(300, 13)) {
    threads = threads % 3 + 1;
    tests::check_algorithm<Reference>(tests::ConvolutionSample(c), threads, float_tolerance);
  }
}

TEST_CASE(
    "reference: zeros a side, gaps between taps and groups agree with the naive convolution") {
  for (const auto& cases :
       {tests::padded_convolutions(), tests::dilated_convolutions(), tests::grouped_convolutions(),
        tests::random_grouped_convolutions(200, 27)}) {
    for (const auto& c : cases) {
      tests::check_algorithm<Reference>(tests::ConvolutionSample(c), 2, float_tolerance);
    }
  }
}

TEST_CASE("reference: any number of threads gives the same bits") {
  tests::check_algorithm_threads<Reference>({21, 7, 6, 5, 11, 3});
}

TEST_CASE("reference: works without a bias") {
  tests::check_algorithm_without_bias<Reference>(tests::padded_convolutions());
}
