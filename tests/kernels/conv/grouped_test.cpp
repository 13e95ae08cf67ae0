#include <tweed/kernels/conv/grouped.hpp>
#include <support/convolution_check.hpp>

using tweed::kernels::conv::Grouped;

TEST_CASE("grouped: special geometries agree with the naive convolution") {
  for (const auto& cases : {tests::grouped_convolutions(), tests::padded_convolutions()}) {
    for (const auto& c : cases) {
      tests::check_algorithm<Grouped>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
    }
  }
}

TEST_CASE("grouped: random geometries agree with the naive convolution") {
  int threads = 0;
  for (const auto& c : tests::random_grouped_convolutions(300, 21)) {
    threads = threads % 3 + 1;
    tests::check_algorithm<Grouped>(tests::ConvolutionSample(c), threads, tests::rounding<float>);
  }
}

TEST_CASE("grouped: works without groups, too") {
  for (const auto& c : tests::random_convolutions(40, 23)) {
    tests::check_algorithm<Grouped>(tests::ConvolutionSample(c), 2, tests::rounding<float>);
  }
}

TEST_CASE("grouped: any number of threads gives the same bits") {
  tests::check_algorithm_threads<Grouped>({21, 7, 6, 9, 9, 3, 1, tweed::Padding::same, 1, 9});
  tests::check_algorithm_threads<Grouped>({21, 7, 6, 6, 12, 3, 2, tweed::Padding::same, 1, 3});
  tests::check_algorithm_threads<Grouped>({2, 9, 15, 16, 16, 3, 1, tweed::Padding::same, 1, 16});
}

TEST_CASE("grouped: results too large for the caches are right") {
  for (const tweed::Index stride : {1, 2}) {
    const tests::ConvolutionSample sample(
        {1, 264, 256, 64, 64, 3, stride, tweed::Padding::same, 1, 64});
    tests::check_algorithm<Grouped, float>(sample, 2, tests::rounding<float>);
  }
}

TEST_CASE("grouped: the other gradients are the same where nobody needs that of the input") {
  for (const auto& c : tests::grouped_convolutions()) {
    CAPTURE(to_string(c));
    const tests::ConvolutionSample sample(c);
    const auto all = tests::run_algorithm<Grouped<float>, float>(sample, 2);
    const auto some = tests::run_algorithm<Grouped<float>, float>(sample, 2, false);
    CHECK(tests::same_bits(some.kernel_gradient, all.kernel_gradient));
    CHECK(tests::same_bits(some.bias_gradient, all.bias_gradient));
  }
}

TEST_CASE("grouped: works without a bias") {
  tests::check_algorithm_without_bias<Grouped>(tests::grouped_convolutions());
}
