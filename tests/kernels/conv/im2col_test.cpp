#include <tweed/kernels/conv/im2col.hpp>
#include <support/convolution_check.hpp>

using tweed::kernels::conv::Im2col;

TEST_CASE("im2col: special geometries agree with the naive convolution") {
  for (const auto& c : tests::special_convolutions()) {
    tests::check_algorithm<Im2col>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
  }
}

TEST_CASE("im2col: random geometries agree with the naive convolution") {
  int threads = 0;
  for (const auto& c : tests::random_convolutions(300, 11)) {
    threads = threads % 3 + 1;
    tests::check_algorithm<Im2col>(tests::ConvolutionSample(c), threads, tests::rounding<float>);
  }
}

TEST_CASE("im2col: gaps between taps and groups agree with the naive convolution") {
  for (const auto& cases : {tests::dilated_convolutions(), tests::grouped_convolutions(),
                            tests::random_grouped_convolutions(200, 25)}) {
    for (const auto& c : cases) {
      tests::check_algorithm<Im2col>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
    }
  }
}

TEST_CASE("im2col: any number of threads gives the same bits") {
  tests::check_algorithm_threads<Im2col>({21, 7, 6, 9, 11, 3});
  tests::check_algorithm_threads<Im2col>({2, 26, 25, 30, 5, 5});
}
