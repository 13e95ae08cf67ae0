#include <tweed/kernels/conv/direct.hpp>
#include <support/convolution_check.hpp>

using tweed::kernels::conv::Direct;

TEST_CASE("direct: special geometries agree with the naive convolution") {
  for (const auto& c : tests::special_convolutions()) {
    tests::check_algorithm<Direct>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
  }
  for (const auto& c : tests::padded_convolutions()) {
    if (!tests::geometry_of(c).is_plain()) continue;
    tests::check_algorithm<Direct>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
  }
}

TEST_CASE("direct: random geometries agree with the naive convolution") {
  int threads = 0;
  for (const auto& c : tests::random_convolutions(300, 12)) {
    threads = threads % 3 + 1;
    tests::check_algorithm<Direct>(tests::ConvolutionSample(c), threads, tests::rounding<float>);
  }
}

TEST_CASE("direct: any number of threads gives the same bits") {
  tests::check_algorithm_threads<Direct>({21, 7, 6, 3, 11, 3});
}

TEST_CASE("direct: results too large for the caches are right") {
  const tests::ConvolutionSample sample({1, 264, 256, 1, 64, 1});
  tests::check_algorithm<Direct, float>(sample, 2, tests::rounding<float>);
}

TEST_CASE("direct: works without a bias") {
  tests::check_algorithm_without_bias<Direct>(tests::special_convolutions());
  tests::check_algorithm_without_bias<Direct>({{2, 9, 7, 1, 6, 5}});  // taps side by side
}
